// Checks a value against its shape and turns what is wrong into faults at their places.

import type { z } from 'zod';
import { meantDuration, unitOf } from '../model/duration.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import { meantNumber } from './meant-number.ts';
import { meantTime } from './meant-time.ts';
import { suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** A value of the right shape, with its places. */
export interface Sound<T> {
  readonly data: T;
  readonly node: Located;
}

/**
 * The value as its shape types it; null when it cannot be used at all. Keys of the entry that are
 * wrong are reported and left out, so that what else is wrong in it is found in the same run; the
 * catalog is refused in any case.
 */
export function checkShape<T extends z.ZodType>(
  shape: T,
  node: Located,
  faults: FaultList,
): z.output<T> | null {
  return soundPart(shape, node, faults)?.data ?? null;
}

/** As `checkShape`, with the node less what is wrong in it. */
export function soundPart<T extends z.ZodType>(
  shape: T,
  node: Located,
  faults: FaultList,
): Sound<z.output<T>> | null {
  const first = shape.safeParse(node.value);
  if (first.success) return { data: first.data, node };
  reportAll(first.error.issues, [], node, faults);
  const rest = without(node.value, first.error.issues);
  const second = rest === null ? null : shape.safeParse(rest);
  if (!second?.success) return null;
  const entries = new Map([...node.entries!].filter(([key]) => Object.hasOwn(rest as object, key)));
  return { data: second.data, node: { ...node, value: rest, entries } };
}

function reportAll(
  issues: readonly Issue[],
  base: readonly PropertyKey[],
  node: Located,
  faults: FaultList,
): void {
  // A misspelt key is one mistake: that the right one is missing needs no fault of its own.
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    for (const key of issue.keys) {
      const near = suggest(key, issue.message.split(', '));
      if (near !== null) meant.add([...issue.path, near].join('.'));
    }
  }
  for (const issue of issues) {
    const missing = locate(node, [...base, ...issue.path]).missing !== null;
    if (!(missing && meant.has(issue.path.join('.')))) report(issue, base, node, faults);
  }
}

function report(issue: Issue, base: readonly PropertyKey[], node: Located, faults: FaultList) {
  const path = [...base, ...issue.path];
  if (issue.code === 'invalid_union') {
    // A branch that only complains about something inside got the outer form right.
    const inner = issue.errors
      .filter((list) => list.length > 0 && list.every((i) => reaches(i)))
      .sort((a, b) => a.length - b.length)[0];
    if (inner !== undefined) {
      reportAll(inner as Issue[], path, node, faults);
      return;
    }
  }
  const { found, missing } = locate(node, path);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const at = found.entries?.get(key) ?? found;
      faults.at(at, `unknown key "${key}", expected ${issue.message}`, {
        found: key,
        expected: issue.message,
        offset: at.keyOffset,
        suggestion: suggest(key, issue.message.split(', ')),
      });
    }
    return;
  }
  const expected = issue.message;
  if (missing !== null) {
    const place = { ...found, path: `${found.path}.${missing}` };
    faults.at(place, `"${missing}" is missing, expected ${expected}`, {
      found: null,
      expected,
      offset: found.keyOffset,
    });
    return;
  }
  // Only a sentence that lists what there is has anything to propose; examples are none.
  const options = expected.includes('such as') ? [] : expected.split(/, | or /);
  const value = found.value;
  const near = typeof value === 'string' && options.length > 2 ? suggest(value, options) : null;
  const meant =
    inQuotes(found, expected) ??
    inUnits(value, expected) ??
    asNumber(value, expected) ??
    meantTime(value, expected) ??
    inRate(value, expected);
  faults.at(found, `found ${quote(value)}, expected ${expected}`, {
    found: quote(value),
    expected,
    suggestion: meant ?? near,
  });
}

/** `count: 404`: a number where a text belongs, as the text that it was written as. */
function inQuotes({ value, scalar }: Located, expected: string): string | null {
  if (typeof value !== 'number' && typeof value !== 'boolean') return null;
  if (!/^(?:an event name|a text|a customer id)/.test(expected)) return null;
  return JSON.stringify(scalar?.source ?? String(value));
}

/** `7 days`; a number alone is most often one of days. */
function inUnits(value: unknown, expected: string): string | null {
  if (!/^a duration/.test(expected)) return null;
  if (typeof value === 'string') return meantDuration(value);
  return typeof value === 'number' ? meantDuration(`${value} days`) : null;
}

/** `50 EUR`, or a number in quotes. */
function asNumber(value: unknown, expected: string): string | null {
  if (typeof value !== 'string') return null;
  const meant = meantNumber(value);
  if (meant === null) return null;
  if (/^a whole number/.test(expected)) return /^\d+(?: |$)/.test(meant) ? meant : null;
  return /^an amount/.test(expected) && /^\d+(?:\.\d{1,2})?(?: |$)/.test(meant) ? meant : null;
}

/** `20 per second`, `20/minute` */
function inRate(value: unknown, expected: string): string | null {
  if (typeof value !== 'string' || !/^a rate/.test(expected)) return null;
  const [, count, word = ''] =
    /^\s*([1-9]\d{0,4})\s*(?:\/|per|an?|each|every)?\s*([a-z]+)\s*$/i.exec(value) ?? [];
  const unit = /^rps$/i.test(word) ? 's' : unitOf(word);
  return count === undefined || unit === null ? null : `${count}/${unit}`;
}

function reaches(issue: { readonly path: readonly PropertyKey[]; readonly code: string }): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys';
}

/** The node at a path, or the deepest one on the way with the key that it does not have. */
function locate(node: Located, path: readonly PropertyKey[]) {
  let found = node;
  for (const key of path) {
    const next = typeof key === 'number' ? found.items?.[key] : found.entries?.get(String(key));
    if (next === undefined) return { found, missing: String(key) };
    found = next;
  }
  return { found, missing: null };
}

/** The value less the keys that issues are about; null when it is itself the issue. */
function without(value: unknown, issues: readonly Issue[]): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const bad = new Set<string>();
  for (const issue of issues) {
    if (issue.path.length > 0) bad.add(String(issue.path[0]));
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) bad.add(key);
    else return null;
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => !bad.has(key)));
}
