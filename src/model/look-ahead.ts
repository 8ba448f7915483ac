// Looking ahead: what answers do by time alone. Parts say until when they go on as they do, often too
// early for what is made of them; so one goes from one such instant to the next until the answer is
// another. What that may cost is bounded (Search); beyond, the answer is early, never late.

import type { Outlook } from './value.ts';

/** What moves without a rule (`string(now)`, a score made of affinities) is looked at so often. */
export const RESTLESS_MS = 60_000;

/** Nobody looks further ahead than twenty years: what is certain for so long is certain enough. */
const FAR_MS = 20 * 366 * 86_400_000;

/** Until when something is taken to be certain that no rule knows. */
export function restlessUntil(scope: Outlook): number {
  scope.search.restless = true;
  return scope.nowMs + RESTLESS_MS;
}

/**
 * Until when an answer stays what it is.
 * @param answer compared with ===
 * @param next until when it certainly does: exclusive, later than now
 * @param looks what asking costs, in looks of Search
 */
export function untilOther(
  scope: Outlook,
  answer: (scope: Outlook) => unknown,
  next: (scope: Outlook) => number,
  looks = 1,
): number {
  const { search } = scope;
  const wasRestless = search.restless;
  let was: unknown = null;
  let at = scope;
  let untilMs: number;
  for (;;) {
    search.restless = false;
    untilMs = next(at);
    if (untilMs > scope.nowMs + FAR_MS || search.restless) break;
    search.looksLeft -= looks;
    if (search.looksLeft < 0) break;
    if (at === scope) was = answer(scope);
    at = scope.later(untilMs);
    if (answer(at) !== was) break;
  }
  search.restless ||= wasRestless;
  return untilMs;
}
