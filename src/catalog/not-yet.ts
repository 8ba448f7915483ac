// What the language has and this version does not run: refused by name, after it was checked. The
// reference lists it from here.

/** As faults and the reference say it. */
export const NOT_YET = {
  unless: 'a trigger on absence (`unless` with `after`)',
  enter: 'a trigger on entering a segment (`enter`)',
  at: 'a trigger on a date (`at`)',
  predict: 'a trigger on a prediction (`predict`)',
  one_of: '`one_of`',
  quiet: '`quiet`',
} as const;

export type NotYet = keyof typeof NOT_YET;
