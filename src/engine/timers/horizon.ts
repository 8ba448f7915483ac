// Until when a customer is certain to be in or out of a segment.

import type { SegmentDefinition } from '../../model/catalog.ts';
import type { Scope } from '../../model/value.ts';

/** Epoch ms, exclusive; Infinity = for ever. @param member of a group; null for a plain segment */
export function segmentUntil(
  segment: SegmentDefinition,
  _member: string | null,
  scope: Scope,
): number {
  return segment.condition?.until?.(scope) ?? scope.nowMs + 60_000;
}
