// Tables of what expressions are made of, read off the tables of the compiler.

import {
  EXPRESSION_CUSTOMER,
  type ExpressionText,
  NAME_TEXTS,
  OPERATOR_TEXTS,
} from '../../catalog/expressions/expression-texts.ts';
import { FUNCTIONS, METHODS } from '../../catalog/expressions/functions/calls.ts';
import {
  FUNCTION_TEXTS,
  type FunctionText,
  MACRO_TEXTS,
  METHOD_TEXTS,
} from '../../catalog/expressions/functions/function-texts.ts';
import { table } from '../with-sections.ts';
import { code, exampleText, shown } from './example-text.ts';

/** Tables by the name of their marker. */
export function languageTables(): Readonly<Record<string, string>> {
  return {
    customer: exampleText(EXPRESSION_CUSTOMER).replace(/: \.$/, '.'),
    names: texts(NAME_TEXTS),
    operators: texts(OPERATOR_TEXTS),
    functions: functions(FUNCTION_TEXTS, (name) => FUNCTIONS.get(name)!.usage),
    methods: functions(METHOD_TEXTS, (name) => METHODS.get(name)!.usage),
    macros: functions(MACRO_TEXTS, (name) =>
      name === 'map'
        ? 'list.map(x, value), list.map(x, condition, value)'
        : `list.${name}(x, condition)`,
    ),
  };
}

function texts(rows: readonly ExpressionText[]): string {
  return table(
    ['written', 'means', 'for example'],
    rows.map(({ written, means, example }) => [written, means, tried(example)]),
  );
}

function functions(
  rows: Readonly<Record<string, FunctionText>>,
  usage: (name: string) => string,
): string {
  return table(
    ['call', 'gives', 'unknown', 'for example'],
    Object.entries(rows).map(([name, { gives, unknown, example }]) => [
      ...[code(usage(name)), gives, unknown, tried(example)],
    ]),
  );
}

function tried(example: ExpressionText['example']): string {
  if (example === null) return '';
  const [expression, value] = example;
  return `${code(expression.replaceAll('|', '\\|'))} is ${shown(value)}`;
}
