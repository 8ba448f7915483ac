// The small shapes that definitions are made of. Each says in its own words what it expects: that
// sentence is the fault's message and the editor's description.

import { z } from 'zod';
import { BUDGET_MAX, centsOf, decimalOf } from '../../model/budget.ts';
import { DURATION_PATTERN, durationMs } from '../../model/duration.ts';

const AMOUNT = `an amount from 0 to ${decimalOf(BUDGET_MAX)}, with at most 2 decimals`;

/** What the reference says of a key. */
export interface KeyText {
  /** What may stand there. */
  readonly value: string;
  readonly meaning: string;
  /** What holds without it; null where it cannot be left out. */
  readonly ifAbsent: string | null;
}

/** The keys of all shapes; the reference is made from them. */
const keyTexts = new WeakMap<object, KeyText>();

/** What is said of a key; undefined for what is no key. */
export function keyTextOf(shape: object): KeyText | undefined {
  return keyTexts.get(shape);
}

/** A key that may be left out, and what holds then. */
export function may<T extends z.ZodType>(shape: T, meaning: string, ifAbsent: string) {
  const value = shape.description ?? '';
  const key = shape.optional().describe(`${meaning}: ${value}`);
  keyTexts.set(key, { value, meaning, ifAbsent });
  return key;
}

/** A key that cannot be left out. */
export function must<T extends z.ZodType>(shape: T, meaning: string): T {
  const value = shape.description ?? '';
  const key = shape.describe(`${meaning}: ${value}`);
  keyTexts.set(key, { value, meaning, ifAbsent: null });
  return key;
}

/** A text that matches a pattern. */
function text(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected }).describe(expected);
}

/** A whole number of at least `min`. */
export function wholeNumber(min: number, max = 1_000_000_000) {
  const expected = `a whole number from ${min} to ${max}`;
  return z
    .number({ error: expected })
    .int({ error: expected })
    .min(min, { error: expected })
    .max(max, { error: expected })
    .describe(expected);
}

/** How often something may be; 0 = not at all. */
export const count = wholeNumber(0, BUDGET_MAX);

/** An amount of money. */
export const amount = z
  .number({ error: AMOUNT })
  .min(0, { error: AMOUNT })
  .refine(isAmount, { error: AMOUNT })
  .describe(AMOUNT);

/** Whether a number is an amount of money that can be counted: no more than two decimals, as written. */
export function isAmount(value: number): boolean {
  return Number(value.toFixed(2)) === value && centsOf(value) !== null;
}

/** A duration. */
export const duration = durationOf('a duration such as 30m, 12h, 7d or 2w', 0);

/** A duration above zero. */
export const span = durationOf('a duration above 0 such as 30m, 12h, 7d or 2w', 1);

/** A duration of at least `minMs`, with its own words. */
export function durationOf(expected: string, minMs: number) {
  return text(expected, DURATION_PATTERN).refine(
    (value) => {
      const ms = durationMs(value);
      return ms !== null && ms >= minMs;
    },
    { error: expected },
  );
}

/** A duration within bounds, both inclusive, with its own words. */
export function durationWithin(expected: string, minMs: number, maxMs: number) {
  return durationOf(expected, minMs).refine((value) => durationMs(value)! <= maxMs, {
    error: expected,
  });
}

/** A reference to something with a name. */
export function reference(what: string) {
  const expected = `the name of ${what}`;
  return z.string({ error: expected }).min(1, { error: expected }).describe(expected);
}

/** One or a list of references, e.g. `a placement`. */
export function references(what: string) {
  return oneOrMore(reference(what), `the name of ${what}, or a list of them`);
}

/** One value or a list of at least one. */
export function oneOrMore<T extends z.ZodType>(one: T, expected: string) {
  return z
    .union([one, z.array(one).min(1, { error: expected })], { error: expected })
    .describe(expected);
}

/**
 * An expression; plain YAML numbers and true/false are expressions too. That an empty one is none is
 * said by the compiler of expressions, once; the meta tells editors.
 */
export const expression = z
  .union([z.string().meta({ minLength: 1 }), z.number(), z.boolean()], { error: 'an expression' })
  .describe('an expression (CEL)');

/** One event name, a list, or "*". */
export const selector = oneOrMore(
  z
    .string({ error: 'an event name (in quotes where it is a number)' })
    .min(1, { error: 'an event name' }),
  'an event name, a list of them, or "*"',
);

/** One path or a list of them. */
export const paths = oneOrMore(
  z.string({ error: 'a path such as properties.total' }),
  'a path such as properties.total, or a list of them',
);

/** One path. */
export const path = z
  .string({ error: 'a path such as properties.product_id' })
  .describe('a path such as properties.product_id');

/** A calendar date, or a moment with time. */
export const date = text(
  'a date such as 2026-02-28, or an ISO time',
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/,
);

/** A time of day. */
export const timeOfDay = text(
  'a time of day such as 09:00 or 09:00:30',
  /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/,
);

const HOURS = 'hours such as 22:00-08:00';

/** Hours of the day, over midnight when the first is later. */
export const hours = text(HOURS, /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/).refine(
  (value) => value.slice(0, 5) !== value.slice(6),
  { error: `${HOURS}, which begin and end at different times` },
);

/** Ms of the day of a text that `timeOfDay` accepts, or one end of `hours`. */
export function timeOfDayMs(value: string): number {
  const [hour = 0, minute = 0, second = 0] = value.split(':').map(Number);
  return ((hour * 60 + minute) * 60 + second) * 1_000;
}

/** A share, exact to a hundredth of a percent. */
export const percent = text(
  'a share from 0% to 100%, such as 5%',
  /^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)%$/,
);

/** Parts in 10,000 of a text that `percent` accepts. */
export function percentParts(value: string): number {
  return Math.round(Number(value.slice(0, -1)) * 100);
}

/** A free text, e.g. the name of a channel. */
export function freeText(expected: string, lengthMax: number) {
  return z.string({ error: expected }).min(1).max(lengthMax).describe(expected);
}

/** true or false. */
export const flag = z.boolean({ error: 'true or false' }).describe('true or false');

/** One of some words. */
export function words<const W extends readonly [string, ...string[]]>(list: W) {
  const expected = `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
  return z.enum(list, { error: expected }).describe(expected);
}

/** A map with these keys and no others; the fault for another key proposes the nearest. */
export function record<S extends z.core.$ZodLooseShape>(shape: S) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : `a map with ${keys}`),
  });
}

/** A map from free keys. */
export function mapOf<T extends z.ZodType>(value: T, expected: string) {
  return z.record(z.string(), value, { error: expected }).describe(expected);
}

/** A list of at least one. */
export function listOf<T extends z.ZodType>(item: T, expected: string) {
  return z.array(item, { error: expected }).min(1, { error: expected }).describe(expected);
}
