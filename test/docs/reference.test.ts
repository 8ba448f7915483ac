// Every example of the reference, through the compiler and the engine; and that nothing of the
// language is missing there.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  EXPRESSION_CUSTOMER,
  NAME_TEXTS,
  OPERATOR_TEXTS,
} from '../../src/catalog/expressions/expression-texts.ts';
import { FUNCTIONS, METHODS } from '../../src/catalog/expressions/functions/calls.ts';
import {
  FUNCTION_TEXTS,
  MACRO_TEXTS,
  METHOD_TEXTS,
} from '../../src/catalog/expressions/functions/function-texts.ts';
import { MACRO_NAMES } from '../../src/catalog/expressions/macros.ts';
import { MESSAGE_ROOTS } from '../../src/catalog/expressions/message-roots.ts';
import { ROOTS } from '../../src/catalog/expressions/roots.ts';
import { FEATURE_KINDS } from '../../src/catalog/shapes/feature-shapes.ts';
import { FEATURE_TEXTS } from '../../src/catalog/shapes/feature-texts.ts';
import { SECTION_NAMES } from '../../src/catalog/shapes/section-shapes.ts';
import { SECTION_TEXTS, type SectionText } from '../../src/catalog/shapes/section-texts.ts';
import type { TriedExample } from '../../src/catalog/tried-example.ts';
import { RECIPES } from '../../src/docs/reference/recipes.ts';
import { withReferenceSections } from '../../src/docs/reference/reference-sections.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { tryExample } from './try-example.ts';

const page = readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8');

/** Offers by name, or with their treatments where the example says them. */
function asTold(
  decided: Readonly<Record<string, JsonValue>>,
  tried: ReturnType<typeof tryExample>,
) {
  return Object.fromEntries(
    Object.entries(decided).map(([placement, expected]) => {
      const withTreatments = (expected as JsonValue[]).some((each) => typeof each === 'object');
      const offers = tried.decided[placement] ?? [];
      return [placement, withTreatments ? offers : offers.flatMap((each) => Object.keys(each))];
    }),
  );
}

function check(example: TriedExample): void {
  const values = example.values ?? {};
  const tried = tryExample(example, Object.keys(values));
  expect(tried.values).toEqual(values);
  expect(asTold(example.decided ?? {}, tried)).toEqual(example.decided ?? {});
  expect(tried.refused).toBe(example.refused ?? null);
}

describe('the examples of the reference', () => {
  it.each(Object.entries(FEATURE_TEXTS))('feature: %s', (_, { example }) => check(example));

  const sections = Object.entries<SectionText>(SECTION_TEXTS);
  it.each(
    sections.flatMap(([name, { example }]) => (example === null ? [] : [[name, example] as const])),
  )('section: %s', (_, example) => check(example));

  it.each(RECIPES.map(({ title, example }) => [title, example] as const))(
    'recipe: %s',
    (_, example) => check(example),
  );

  it('names, operators, functions, methods and macros', () => {
    const texts = [FUNCTION_TEXTS, METHOD_TEXTS, MACRO_TEXTS].flatMap((each) =>
      Object.values(each),
    );
    const examples = [...texts, ...NAME_TEXTS, ...OPERATOR_TEXTS].flatMap(({ example }) =>
      example === null ? [] : [example],
    );
    const expressions = examples.map(([expression]) => expression);
    const { values } = tryExample(EXPRESSION_CUSTOMER, expressions);
    expect(values).toEqual(Object.fromEntries(examples));
  });
});

describe('the reference', () => {
  it('has all that the language has', () => {
    expect(Object.keys(FUNCTION_TEXTS).sort()).toEqual([...FUNCTIONS.keys()].sort());
    expect(Object.keys(METHOD_TEXTS).sort()).toEqual([...METHODS.keys()].sort());
    expect(Object.keys(MACRO_TEXTS).sort()).toEqual([...MACRO_NAMES].sort());
    expect(Object.keys(FEATURE_TEXTS)).toEqual(FEATURE_KINDS);
    expect(Object.keys(SECTION_TEXTS).sort()).toEqual([...SECTION_NAMES].sort());
    const written = NAME_TEXTS.map((text) => text.written.replace(/^`(\w+).*$/, '$1'));
    expect(written.slice(1).sort()).toEqual([...ROOTS, ...MESSAGE_ROOTS].sort());
  });

  it('is as the code has it (npm run docs makes it anew)', () => {
    expect(page).toBe(withReferenceSections(page));
  });
});
