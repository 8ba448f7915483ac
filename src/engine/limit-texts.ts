// Caps, contact rules, budgets and quiet hours in a few words: `2 in 7d`.

import type { CapDefinition, ContactRule, OfferBudget, QuietHours } from '../model/catalog.ts';

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** `2 in 7d of impression`; without a window it is for ever, without `of` what was decided. */
export function capText({ max, windowMs, of }: CapDefinition): string {
  return `${max}${windowText(windowMs)}${of === 'decision' ? '' : ` of ${of}`}`;
}

/** `3 in 1d`, or `0 when or(traits.nps, 10) <= 6`. */
export function contactText({ max, windowMs, when }: ContactRule): string {
  const source = when?.origin?.source.trim();
  return `${max}${windowText(windowMs)}${source === undefined ? '' : ` when ${source}`}`;
}

/**
 * The limit by which a budget refuses: `per_day: 20`, `money: 50 (each 6)`; null where it has several, of
 * which the one that is used up is only known where they are counted.
 * @param cents what one grant costs
 */
export function budgetText(budget: OfferBudget, cents: number): string | null {
  const { grants, perDay, cents: money } = budget;
  const texts = [
    ...(grants === null ? [] : [{ text: `grants: ${grants}`, never: grants === 0 }]),
    ...(perDay === null ? [] : [{ text: `per_day: ${perDay}`, never: perDay === 0 }]),
    ...(money === null
      ? []
      : [{ text: `money: ${money / 100} (each ${cents / 100})`, never: cents > money }]),
  ];
  const refusing = texts.find(({ never }) => never) ?? (texts.length === 1 ? texts[0] : undefined);
  return refusing?.text ?? null;
}

/** `quiet: 22:00-08:00` */
export function quietText({ fromMs, toMs }: QuietHours): string {
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  return `quiet: ${clock(fromMs)}-${clock(toMs)}`;
}

function windowText(windowMs: number | null): string {
  if (windowMs === null) return '';
  const unit = UNITS.find(([, ms]) => windowMs % ms === 0);
  return ` in ${unit === undefined ? `${windowMs}ms` : `${windowMs / unit[1]}${unit[0]}`}`;
}
