// What changed in a segment: its condition, or the members of a group, whose order decides.

import { type Details, isMap } from './details.ts';
import { moved, sayMoved } from './moved.ts';

export function diffSegment(from: unknown, to: unknown, details: Details): void {
  const [old, now] = [membersOf(from), membersOf(to)];
  if (old === null || now === null) {
    const said = (members: typeof old, value: unknown) =>
      members === null ? value : `a group: ${[...members.keys()].join(', ')}`;
    const style = old === null && now === null ? 'expression' : 'plain';
    details.compare('condition', said(old, from), said(now, to), style);
    return;
  }
  const places = moved([...old.keys()], [...now.keys()]);
  for (const [member, condition] of now) {
    details.compare(`member ${member}`, old.get(member), condition, 'expression');
    const before = places.get(member);
    if (before !== undefined) details.add(`member ${member} ${sayMoved(before)}`);
  }
  for (const [member, condition] of old) {
    if (!now.has(member)) details.compare(`member ${member}`, condition, undefined, 'expression');
  }
}

/** Member name → condition, in their order; null for a plain segment. */
function membersOf(segment: unknown): ReadonlyMap<string, unknown> | null {
  if (!Array.isArray(segment)) return null;
  return new Map(segment.flatMap((item) => (isMap(item) ? Object.entries(item) : [])));
}
