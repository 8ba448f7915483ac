// Hot path. One submission of one request: room for it, the pipeline, and what its caller is told.

import type { Submission } from '../model/step.ts';
import type { Result } from '../pipeline.ts';
import type { BodyExchange } from './body-route.ts';
import { fault } from './gateway-parts.ts';
import { warningsOf } from './naming-warnings.ts';
import { answerWithin, sentIdOf } from './standing.ts';

export type DoneResult = Extract<Result, { kind: 'done' }>;

/** What became of a submission, as its caller may be told. */
export function toldOf(result: DoneResult, submission: Submission): DoneResult {
  const messageId = sentIdOf(submission);
  const answer = answerWithin(result.answer, submission);
  if (messageId === result.messageId && answer === result.answer) return result;
  return { ...result, messageId, answer };
}

/**
 * Hands a submission on and answers the exchange.
 * @param bodyOf the body of a 200, which ends with what is told of its names
 */
export async function submitOne(
  exchange: BodyExchange,
  submission: Submission,
  bodyOf: (result: DoneResult, warnings: string) => string,
): Promise<void> {
  const { admission, parts } = exchange.hub;
  if (!admission.takeSubmissions(1)) return exchange.unavailable('overloaded', 1);
  let result: Result;
  try {
    result = await parts.pipeline.submit(submission);
  } finally {
    admission.releaseSubmissions(1);
  }
  switch (result.kind) {
    case 'done':
      return exchange.succeed(bodyOf(toldOf(result, submission), warningsOf(exchange, submission)));
    case 'refused': {
      const why = fault(result.code, result.message, result.path);
      if (!exchange.route.recordsRejections) return exchange.refuse(why);
      return exchange.reject(why, sentIdOf(submission), submission.customerId);
    }
    case 'unavailable':
      return exchange.unavailable(result.code, result.retryAfterS);
  }
}
