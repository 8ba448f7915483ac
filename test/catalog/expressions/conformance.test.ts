// The conformance cases of the CEL specification, run through our compiler. Where this language
// differs on purpose, a rule says why; a rule that excuses nothing, or a case that fails without a
// rule, fails the test.

import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../../src/catalog/expressions/compile.ts';
import { equal } from '../../../src/catalog/expressions/equality.ts';
import type { FeatureType } from '../../../src/model/catalog.ts';
import {
  Instant,
  type MaybeValue,
  type Scope,
  Span,
  type Value,
} from '../../../src/model/value.ts';
import { namesWith, scopeOf } from './scopes.ts';

const FILES = [
  'basic',
  'comparisons',
  'conversions',
  'fields',
  'fp_math',
  'integer_math',
  'lists',
  'logic',
  'macros',
  'parse',
  'plumbing',
  'string',
  'timestamps',
];

/** Why a case that does not come out as specified need not. Tried in order. */
const EXCUSES: readonly (readonly [rule: RegExp, reason: string])[] = [
  [/(^|[^\w])[bB][rR]?['"]|bytes|self_eval_bytes/, 'There are no bytes.'],
  [/google\.protobuf|TestAllTypes|proto[23]/, 'There are no protocol buffers.'],
  [/type\(|_denotation|type_comparison/, 'There are no types as values.'],
  [/(^|[^\w])uint\(|unary_minus_no_overload|negative_no_overload/, 'There is no uint.'],
  [/overflow|int64_min_negate|_range|double_range/, 'Numbers are doubles: no 64-bit limits.'],
  [/map_key_float|exists_one\/map_one/, 'Keys of maps are text.'],
  [/unbound|receiver_function_names|short_circuit_type/, 'Names and types are checked at load.'],
  [/divide_zero|_nan$/, 'Dividing by zero is unknown, not infinity or NaN.'],
  [/map_value_null/, 'null is absent.'],
  [/qualified_identifier_resolution/, 'Names have no dots.'],
  [/quoted_map_fields|gt_literal\/not_gt_double|new_pages/, 'The parser has no such syntax.'],
  [/nanos|\d+ns/, 'Times have milliseconds.'],
];

interface Case {
  readonly id: string;
  readonly expr: string;
  readonly wanted: { readonly value: MaybeValue } | null;
  readonly bindings: Readonly<Record<string, MaybeValue>>;
}

/** A literal of the cases' JSON; undefined for what this language has no value for. */
function literal(json: unknown): MaybeValue {
  const [kind, value] = Object.entries(json as object)[0] as [string, never];
  switch (kind) {
    case 'int64Value':
    case 'uint64Value':
    case 'doubleValue':
      return Number(value);
    case 'boolValue':
    case 'stringValue':
    case 'nullValue':
      return value;
    case 'listValue':
      return ((value as { values?: unknown[] }).values ?? []).map((item) => literal(item)!);
    case 'mapValue': {
      const entries = (value as { entries?: { key: unknown; value: unknown }[] }).entries ?? [];
      return Object.fromEntries(
        entries.map((entry) => [String(literal(entry.key)), literal(entry.value)!]),
      );
    }
    case 'objectValue': {
      const { '@type': type, value: text } = value as { '@type': string; value: string };
      if (type.endsWith('Duration')) return new Span(Number.parseFloat(text) * 1000);
      return type.endsWith('Timestamp') ? new Instant(Date.parse(text)) : undefined;
    }
    default:
      return undefined;
  }
}

type Suite = typeof tests;

function casesOf(suite: Suite, path: string): Case[] {
  const own = (suite.tests ?? []).flatMap(({ original }): Case[] => {
    const { name, expr, container, bindings, value, evalError, typeOnly } = original as {
      name: string;
      expr: string;
      container?: string;
      bindings?: Record<string, { value?: unknown }>;
      value?: unknown;
      evalError?: unknown;
      typeOnly?: boolean;
    };
    if (container !== undefined || typeOnly === true) return [];
    const bound = Object.entries(bindings ?? {}).map(([key, { value: of }]) => [key, literal(of)]);
    const wanted = evalError === undefined ? { value: value ? literal(value) : true } : null;
    return [{ id: `${path}/${name}`, expr, wanted, bindings: Object.fromEntries(bound) }];
  });
  return [
    ...own,
    ...(suite.suites ?? []).flatMap((child) => casesOf(child, `${path}/${child.name}`)),
  ];
}

/** An error is a fault at load or unknown at run time. */
function conforms({ expr, wanted, bindings }: Case): boolean {
  const keys = Object.keys(bindings);
  const features = new Map(
    keys.map((name, slot) => [name, { slot, type: 'dyn' as FeatureType, keyed: false }]),
  );
  const names = namesWith({ features, timezone: 'UTC', before: false, event: false });
  const compiled = compileExpression(expr, names);
  if (!compiled.ok) return wanted === null;
  const scope: Scope = { ...scopeOf(), feature: (slot) => bindings[keys[slot]!] };
  const got = compiled.run(scope);
  if (wanted === null) return got === undefined;
  if (got === undefined || wanted.value === undefined) return false;
  return Object.is(got, wanted.value) || equal(got, wanted.value as Value) === true;
}

describe('CEL conformance', () => {
  const used = new Set<RegExp>();

  test.each(FILES)('%s', (file) => {
    const suite = tests.suites?.find((candidate) => candidate.name === file);
    const cases = casesOf(suite!, file);
    let conforming = 0;
    const failed: string[] = [];
    for (const entry of cases) {
      if (conforms(entry)) {
        conforming++;
        continue;
      }
      const excuse = EXCUSES.find(([rule]) => rule.test(entry.id) || rule.test(entry.expr));
      if (excuse === undefined) failed.push(`${entry.id}: ${entry.expr}`);
      else used.add(excuse[0]);
    }
    expect(failed).toEqual([]);
    expect(conforming).toBeGreaterThan(0);
  });

  test('no excuse is left over', () => {
    expect(EXCUSES.filter(([rule]) => !used.has(rule)).map(([, reason]) => reason)).toEqual([]);
  });
});
