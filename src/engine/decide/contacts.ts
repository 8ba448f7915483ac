// Hot path. The contact policy: how often a customer may be contacted at all, over all offers.

import type { Scope } from '../../model/value.ts';
import type { Counters } from '../counters.ts';
import type { Draft } from '../draft.ts';
import { type ContactSpec, countable } from './cap-specs.ts';
import { countSince, withTime } from './caps.ts';
import type { PlacementProgram } from './placements.ts';

/** Whether one more contact in the placement's channel is within the policy. */
export function mayContact(
  draft: Draft,
  placement: PlacementProgram,
  scope: Scope,
  counters: Counters,
): boolean {
  for (const rule of placement.contactRules) {
    if (rule.when !== null) {
      const applies = rule.when(scope);
      if (applies === undefined) counters.conditionsUnknown++;
      if (applies !== true) continue;
    }
    if (rule.max === 0) return false;
    const afterMs = rule.windowMs === null ? Number.NEGATIVE_INFINITY : scope.nowMs - rule.windowMs;
    let count = 0;
    for (const channel of rule.channels) {
      const timesMs = draft.contacts.get(channel);
      if (timesMs !== undefined) count += countSince(timesMs, afterMs);
    }
    if (count >= countable(rule.max)) return false;
  }
  return true;
}

/** Counts a decision with offers as one contact of its placement's channel. */
export function countContact(
  draft: Draft,
  placement: PlacementProgram,
  specs: ReadonlyMap<string, ContactSpec>,
  nowMs: number,
): void {
  const { channel } = placement.definition;
  const spec = channel === null ? undefined : specs.get(channel);
  if (channel === null || spec === undefined) return;
  const contacts = new Map(draft.contacts);
  const known = contacts.get(channel) ?? NO_TIMES;
  contacts.set(channel, withTime(known, nowMs, nowMs, spec.keep, spec.windowMs));
  draft.contacts = contacts;
}

const NO_TIMES: readonly number[] = [];
