// What grants of one offer need together, and how many of them what is left allows.

import { type Grant, takingsOf } from '../model/budget.ts';
import type { Need } from './budget-draws.ts';

/** By kind of limit. */
export function needsOf(grants: readonly Grant[]): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const grant of grants) {
    for (const { field, cost, limit } of takingsOf(grant)) {
      const kind = kindOf(field);
      needs.set(kind, { kind, limit, need: (needs.get(kind)?.need ?? 0) + cost });
    }
  }
  return [...needs.values()];
}

/** How many, in order: after the first that does not fit none does. */
export function fitting(grants: readonly Grant[], left: ReadonlyMap<string, number>): number {
  const rest = new Map(left);
  for (const [i, grant] of grants.entries()) {
    for (const { field, cost } of takingsOf(grant)) {
      const kind = kindOf(field);
      const after = (rest.get(kind) ?? 0) - cost;
      if (after < 0) return i;
      rest.set(kind, after);
    }
  }
  return grants.length;
}

function kindOf(field: string): Need['kind'] {
  return field.slice(field.indexOf('|') + 1) as Need['kind'];
}
