// Hot path (the closures). Functions of text. `matches` runs RE2 (linear time), never JavaScript's
// RegExp: a pattern of `(a+)+$` would stop the gateway.

import { RE2JS } from 're2js';
import type { MaybeValue } from '../../../model/value.ts';
import { isMap, textOf } from '../own.ts';
import { spoken } from '../static-type.ts';
import { derived, FAULTY } from '../term.ts';
import { argument, type Signature } from './signature.ts';

/** Longest pattern, UTF-16 units. */
export const PATTERN_MAX = 1000;
/** Patterns made at run time that are kept compiled; the oldest leaves. */
const PATTERNS_MAX = 100;

function test(name: string, holds: (text: string, part: string) => boolean): Signature {
  return {
    least: 1,
    most: 1,
    usage: `text.${name}(text)`,
    compile(compiling, [receiver, partAst]) {
      const text = argument(compiling, receiver!, 'string', name);
      const part = argument(compiling, partAst!, 'string', name);
      if (text === null || part === null) return FAULTY;
      const [a, b] = [text.run, part.run];
      return derived([text, part], 'bool', (scope) => {
        const x = textOf(a(scope));
        const y = textOf(b(scope));
        return x !== undefined && y !== undefined ? holds(x, y) : undefined;
      });
    },
  };
}

/** `size(x)`: code points of a text, elements of a list, entries of a map. */
export const SIZE: Signature = {
  least: 1,
  most: 1,
  usage: 'size(text, list or map)',
  compile(compiling, [ast]) {
    const part = compiling.compile(ast!);
    const { type, run } = part;
    if (type !== 'string' && type !== 'list' && type !== 'map' && type !== 'dyn') {
      return compiling.fault(ast!, `size takes text, a list or a map, this is ${spoken(type)}`);
    }
    return derived([part], 'number', (scope) => sizeOf(run(scope)));
  },
};

function sizeOf(value: MaybeValue): number | undefined {
  if (typeof value === 'string') {
    let points = 0;
    for (const _ of value) points++;
    return points;
  }
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}

/** `text.matches(pattern)`: whether the pattern is found anywhere in the text. */
export const MATCHES: Signature = {
  least: 1,
  most: 1,
  usage: 'text.matches(pattern)',
  compile(compiling, [receiver, patternAst]) {
    const text = argument(compiling, receiver!, 'string', 'matches');
    const pattern = argument(compiling, patternAst!, 'string', 'matches');
    if (text === null || pattern === null) return FAULTY;
    const [a, b] = [text.run, pattern.run];
    if (pattern.pure && typeof pattern.value === 'string') {
      const compiled = compilePattern(pattern.value);
      if (typeof compiled === 'string') return compiling.fault(patternAst!, compiled);
      return derived([text, pattern], 'bool', (scope) => {
        const value = textOf(a(scope));
        return value === undefined ? undefined : compiled.test(value);
      });
    }
    const kept = new Map<string, RE2JS | null>();
    return derived([text, pattern], 'bool', (scope) => {
      const value = textOf(a(scope));
      const source = b(scope);
      if (value === undefined || typeof source !== 'string') return undefined;
      return keptPattern(kept, source)?.test(value);
    });
  },
};

function keptPattern(kept: Map<string, RE2JS | null>, source: string): RE2JS | null {
  let compiled = kept.get(source);
  if (compiled === undefined) {
    const made = compilePattern(source);
    compiled = typeof made === 'string' ? null : made;
    if (kept.size >= PATTERNS_MAX) {
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    }
    // Of an over-long pattern only the refusal is worth nothing: do not keep it.
    if (source.length <= PATTERN_MAX) kept.set(source, compiled);
  }
  return compiled;
}

/** The compiled pattern, or what is wrong with it. */
function compilePattern(source: string): RE2JS | string {
  if (source.length > PATTERN_MAX) return `A pattern may have ${PATTERN_MAX} characters`;
  try {
    return RE2JS.compile(source);
  } catch (error) {
    return `This is no RE2 pattern: ${error instanceof Error ? error.message : 'not valid'}`;
  }
}

/** Methods of text. */
export const TEXT_METHODS: ReadonlyMap<string, Signature> = new Map([
  ['contains', test('contains', (text, part) => text.includes(part))],
  ['startsWith', test('startsWith', (text, part) => text.startsWith(part))],
  ['endsWith', test('endsWith', (text, part) => text.endsWith(part))],
  ['matches', MATCHES],
]);
