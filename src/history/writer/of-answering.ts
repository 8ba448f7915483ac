// Scripts that are run for many partitions at once. A slot that is moving to another node, or a part of
// a cluster that just failed, answers Unavailable for its own partitions alone: they are left out of
// this round, and the next one finds them as they are. The others go on.

import { Unavailable } from '../../errors.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';

export interface AnsweringParts {
  readonly metrics: Pick<HistoryMetrics, 'failed'>;
  readonly log: Pick<HistoryLog, 'warn'>;
}

/**
 * Asks for each and returns those that were answered, with their answers. What was left out counts as
 * one failure. @throws Unavailable when nobody answered; any other error of one
 */
export async function ofAnswering<T extends { readonly partition: number }, R>(
  { metrics, log }: AnsweringParts,
  asked: readonly T[],
  ask: (one: T) => Promise<R>,
): Promise<readonly (readonly [T, R])[]> {
  const outcomes = await Promise.allSettled(asked.map(ask));
  const answered: (readonly [T, R])[] = [];
  const leftOut: number[] = [];
  let err: Unavailable | null = null;
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i]!;
    if (outcome.status === 'fulfilled') answered.push([asked[i]!, outcome.value]);
    else if (!(outcome.reason instanceof Unavailable)) throw outcome.reason;
    else {
      err = outcome.reason;
      leftOut.push(asked[i]!.partition);
    }
  }
  if (err === null) return answered;
  if (answered.length === 0) throw err;
  metrics.failed();
  log.warn({ err, partitions: leftOut }, 'a part of Redis does not answer: the others go on');
  return answered;
}
