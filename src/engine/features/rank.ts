// Hot path. The order in which `top` compares what keys read.

import { Instant, Span, type Value } from '../../model/value.ts';

/**
 * Whether `a` is larger: numbers, times, durations and booleans by size, texts by code units, and
 * any of the former above texts. Lists and whatever else are equal, below all.
 */
export function ranksHigher(a: Value, b: Value): boolean {
  const left = sizeOf(a);
  const right = sizeOf(b);
  if (left !== undefined) return right === undefined || left > right;
  if (right !== undefined || typeof a !== 'string') return false;
  return typeof b !== 'string' || a > b;
}

function sizeOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Instant || value instanceof Span ? value.ms : undefined;
}
