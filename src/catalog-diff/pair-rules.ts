// Rules without names, such as caps: which of the old ones is which of the new ones.

import { canonicalJson } from '../catalog/canonical-json.ts';
import { type Entries, isMap } from './details.ts';

/** A rule and what became of it; `undefined` = there is none. Equal ones are left out. */
export interface PairedRule {
  readonly from: Entries | undefined;
  readonly to: Entries | undefined;
}

/**
 * Pairs rules of one kind in their order, once those that stayed are put aside. The order of rules
 * means nothing: each holds by itself.
 * @param kindOf what a rule must have in common with another to be the same rule, changed
 */
export function pairRules(
  from: readonly unknown[],
  to: readonly unknown[],
  kindOf: (rule: Entries) => string,
): readonly PairedRule[] {
  const left = without(from, to);
  const waiting = new Map<string, Entries[]>();
  for (const rule of left) {
    const kind = kindOf(rule);
    waiting.set(kind, [...(waiting.get(kind) ?? []), rule]);
  }
  const pairs: PairedRule[] = [];
  const paired = new Set<Entries>();
  for (const rule of without(to, from)) {
    const earlier = waiting.get(kindOf(rule))?.shift();
    if (earlier !== undefined) paired.add(earlier);
    pairs.push({ from: earlier, to: rule });
  }
  for (const rule of left) {
    if (!paired.has(rule)) pairs.push({ from: rule, to: undefined });
  }
  return pairs;
}

/** Rules that the other list does not have, each as often as it has more of it. */
function without(rules: readonly unknown[], other: readonly unknown[]): readonly Entries[] {
  const counts = new Map<string, number>();
  for (const rule of other) {
    const text = canonicalJson(rule);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return rules
    .filter((rule) => {
      const text = canonicalJson(rule);
      const count = counts.get(text) ?? 0;
      if (count > 0) counts.set(text, count - 1);
      return count === 0;
    })
    .map((rule) => (isMap(rule) ? rule : { rule }));
}

/** `2 in 7d`, `3` */
export function sayRule({ max, window }: Entries): string {
  return window === undefined ? String(max) : `${String(max)} in ${String(window)}`;
}
