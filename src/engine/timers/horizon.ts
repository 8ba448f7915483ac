// Until when a segment holds, or does not, if nothing happens but time: from what its conditions say
// for themselves (Condition.until).

import type { SegmentDefinition } from '../../model/catalog.ts';
import { restlessUntil, untilOther } from '../../model/look-ahead.ts';
import type { Condition, Outlook } from '../../model/value.ts';

/** Looks ahead for one answer, each about as expensive as evaluating the segment. */
const LOOKS_MAX = 128;

/**
 * Until when a customer certainly stays in or out of a segment if nothing happens but time: exclusive,
 * whole epoch ms, later than now; Infinity = for ever. Costs what some hundred looks cost at most.
 * @param member of a group, of which the first that matches is the customer's; null for a plain one
 */
export function segmentUntil(
  segment: SegmentDefinition,
  member: string | null,
  scope: Outlook,
): number {
  scope.search.looksLeft = LOOKS_MAX;
  scope.search.restless = false;
  return memberUntil(segment, member, scope.later(scope.nowMs));
}

/** Whether the answer that `segmentUntil` has just found the end of is another one then. */
export function isSure({ search }: Outlook): boolean {
  return !search.restless && search.looksLeft >= 0;
}

/**
 * As `segmentUntil`, within what another answer may still cost. Of a group with `member` null: until
 * when the customer has the same member, or none.
 */
export function memberUntil(
  segment: SegmentDefinition,
  member: string | null,
  scope: Outlook,
): number {
  return untilOther(
    scope,
    (at) => answer(segment, member, at),
    (at) => nextUntil(segment, member, at),
  );
}

/** The index of the member that counts, or −1; of a plain segment and of one member whether it holds. */
function answer(
  { condition, members }: SegmentDefinition,
  member: string | null,
  scope: Outlook,
): number | boolean {
  if (members === null) return condition?.(scope) === true;
  const first = members.findIndex(({ condition }) => condition(scope) === true);
  return member === null ? first : members[first]?.name === member;
}

function nextUntil(
  { condition, members }: SegmentDefinition,
  member: string | null,
  scope: Outlook,
): number {
  if (members === null) {
    return condition === null ? Number.POSITIVE_INFINITY : conditionUntil(condition, scope);
  }
  let earliest = Number.POSITIVE_INFINITY;
  let outUntil = scope.nowMs;
  for (const { name, condition } of members) {
    const holds = condition(scope) === true;
    const untilMs = conditionUntil(condition, scope);
    earliest = Math.min(earliest, untilMs);
    // As long as one before it holds, or it does not itself, nobody is in.
    if (member !== null && holds !== (name === member)) outUntil = Math.max(outUntil, untilMs);
    if (name === member) return outUntil > scope.nowMs ? outUntil : earliest;
    if (member === null && holds) return earliest;
  }
  return earliest;
}

function conditionUntil(condition: Condition, scope: Outlook): number {
  return condition.until?.(scope) ?? restlessUntil(scope);
}
