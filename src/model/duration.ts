const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `30m`, `1h30m`, `1.5d`: numbers each with one of ms s m h d w. */
export const DURATION_PATTERN = /^(\d+(\.\d+)?(ms|[smhdw]))+$/;

/** Longest duration: a hundred years. Larger ones would leave the range of dates. */
export const DURATION_MS_MAX = 36_525 * 86_400_000;

/** Units as people write them. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|milliseconds?)$/i, 'ms'],
  [/^(?:s|secs?|seconds?)$/i, 's'],
  [/^(?:m|mins?|minutes?)$/i, 'm'],
  [/^(?:h|hours?)$/i, 'h'],
  [/^(?:d|days?)$/i, 'd'],
  [/^(?:w|weeks?)$/i, 'w'],
];

/** `days` → `d`; null for what is no unit. */
export function unitOf(word: string): string | null {
  return WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

/** `7 days` → `7d`; null for what says no length of time, or says it in our way. */
export function meantDuration(text: string): string | null {
  if (DURATION_PATTERN.test(text)) return null;
  const [, amount, word] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const unit = word === undefined ? null : unitOf(word);
  if (unit === null || Number(amount) === 0) return null;
  const meant = `${amount}${unit}`;
  return durationMs(meant) === null ? null : meant;
}

/** Milliseconds of a text that matches DURATION_PATTERN, 1d = 24 h; null when it is too long. */
export function durationMs(text: string): number | null {
  let ms = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(amount) * UNITS[unit!]!;
  }
  return ms <= DURATION_MS_MAX ? Math.round(ms) : null;
}
