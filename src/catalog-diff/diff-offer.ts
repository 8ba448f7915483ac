// What changed in an offer: caps, budget and treatments in their own words, all else by its key.

import { type Details, type Entries, isMap, isSame, keysOf, own } from './details.ts';
import { diffParts } from './diff-parts.ts';
import { pairRules, sayRule } from './pair-rules.ts';

export function diffOffer(from: Entries, to: Entries, details: Details): void {
  diffParts(from, to, details, {
    caps: diffCaps,
    budget: diffBudget,
    treatments(a, b) {
      const [old, now] = [isMap(a) ? a : {}, isMap(b) ? b : {}];
      for (const placement of keysOf(old, now)) {
        const [was, is] = [own(old, placement), own(now, placement)];
        details.compareDeep(`treatment ${placement}`, was, is, 'quoted');
      }
    },
  });
}

function diffCaps(from: unknown, to: unknown, details: Details): void {
  const kindOf = (cap: Entries) => String(cap.of ?? 'decision');
  for (const pair of pairRules(listOf(from), listOf(to), kindOf)) {
    const of = suffixOf(pair.to ?? pair.from!);
    if (pair.from === undefined) details.add(`cap added: ${sayRule(pair.to!)}${of}`);
    else if (pair.to === undefined) details.add(`cap removed: ${sayRule(pair.from)}${of}`);
    else if (sayRule(pair.from) !== sayRule(pair.to)) {
      details.add(`cap ${sayRule(pair.from)} → ${sayRule(pair.to)}${of}`);
    } else details.compareDeep('cap', pair.from, pair.to, 'plain');
  }
}

function suffixOf({ of }: Entries): string {
  return of === undefined || of === 'decision' ? '' : ` of ${String(of)}`;
}

/** `budget 1000 → 500 grants`, `budget 50 → 80 a day`, `budget 100 → 200 money`. */
function diffBudget(from: unknown, to: unknown, details: Details): void {
  if (!isMap(from) || !isMap(to)) {
    const [was, is] = [from, to].map((budget) => (isMap(budget) ? sayBudget(budget) : budget));
    details.compare('budget', was, is, 'plain');
    return;
  }
  for (const key of keysOf(from, to)) {
    const [a, b] = [own(from, key), own(to, key)];
    const unit = BUDGET_UNITS.get(key);
    if (isSame(a, b)) continue;
    if (unit === undefined) details.compare(`budget ${key}`, a, b, 'expression');
    else if (a === undefined) details.add(`budget added: ${String(b)} ${unit}`);
    else if (b === undefined) details.add(`budget removed: ${String(a)} ${unit}`);
    else details.add(`budget ${String(a)} → ${String(b)} ${unit}`);
  }
}

const BUDGET_UNITS: ReadonlyMap<string, string> = new Map([
  ['grants', 'grants'],
  ['per_day', 'a day'],
  ['money', 'money'],
]);

/** `1000 grants, 50 a day` */
function sayBudget(budget: Entries): string {
  return Object.entries(budget)
    .map(([key, value]) => {
      const unit = BUDGET_UNITS.get(key);
      return unit === undefined ? `${key} ${String(value)}` : `${String(value)} ${unit}`;
    })
    .join(', ');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
