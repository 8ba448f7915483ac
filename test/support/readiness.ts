// Waits until a service takes traffic; when time is up, what it said instead and what it wrote.

import { waitFor } from './conditions.ts';
import type { ProfferProcess } from './proffer-process.ts';

/** Longest wait for one answer: a process may die with the question; ms. */
const ANSWER_MS = 5_000;
const OUTPUT_CHARS = 4_000;

export async function untilReady(
  { url, output }: Pick<ProfferProcess, 'url' | 'output'>,
  deadlineMs = 60_000,
): Promise<void> {
  const ask = async () => {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
    return true;
  };
  await waitFor('readiness', ask, deadlineMs).catch((error) => {
    throw new Error(`${error.message}\n${output().slice(-OUTPUT_CHARS)}`, { cause: error });
  });
}
