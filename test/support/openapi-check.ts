// Whether an answer is one that the published OpenAPI document promises. Knows the part of JSON
// Schema that the document uses; a keyword that it does not know is a fault, not a pass.

import { readFileSync } from 'node:fs';

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

const document = JSON.parse(
  readFileSync(new URL('../../schemas/openapi.json', import.meta.url), 'utf8'),
) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

/** Paths of the document, e.g. `/v1/customers/{id}`. */
export const documentedPaths: readonly string[] = Object.keys(document.paths);

/** What of an answer the document does not promise; empty = nothing. */
export function faultsOfAnswer(
  method: string,
  path: string,
  answer: { readonly status: number; readonly contentType: string; readonly json: unknown },
): readonly string[] {
  const bare = path.replace(/\?.*/, '');
  const pattern = documentedPaths.find((documented) =>
    new RegExp(`^${documented.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(bare),
  );
  // What is outside the document is 404, what is no method of a path 405: its description says so.
  if (pattern === undefined) return answer.status === 404 ? [] : [`${path} is not documented`];
  const operation = document.paths[pattern]![method.toLowerCase()];
  if (operation === undefined) return answer.status === 405 ? [] : [`${method} is not documented`];
  const response = operation.responses[answer.status];
  if (response === undefined) return [`status ${answer.status} is not documented`];
  const type = answer.contentType.replace(/;.*/, '');
  const content = response.content?.[type];
  if (content === undefined) return [`${answer.status} as ${type} is not documented`];
  return type === 'application/json' ? faultsOf(answer.json, content.schema ?? {}, '$') : [];
}

const NO_RULES: ReadonlySet<string> = new Set([
  ...['$id', 'id', 'title', 'description', 'examples', 'default', 'format', 'contentEncoding'],
]);

function faultsOf(value: unknown, given: Schema, at: string): string[] {
  const schema = resolved(given);
  const faults: string[] = [];
  for (const [keyword, rule] of Object.entries(schema)) {
    if (NO_RULES.has(keyword)) continue;
    const check = CHECKS[keyword];
    if (check === undefined) faults.push(`${at}: the checker does not know "${keyword}"`);
    else faults.push(...check(value, rule, at, schema));
  }
  return faults;
}

type Check = (value: unknown, rule: unknown, at: string, schema: Schema) => string[];

const when = (holds: boolean, fault: string): string[] => (holds ? [] : [fault]);

const CHECKS: Readonly<Record<string, Check>> = {
  type: (value, rule, at) =>
    when(
      [rule]
        .flat()
        .some((type) => type === typeOf(value) || (type === 'number' && isNumber(value))),
      `${at} is ${typeOf(value)}, not ${rule}`,
    ),
  const: (value, rule, at) => when(value === rule, `${at} is not ${rule}`),
  enum: (value, rule, at) =>
    when((rule as unknown[]).includes(value), `${at} is ${value}, none of the enum`),
  pattern: (value, rule, at) =>
    when(typeof value !== 'string' || new RegExp(rule as string).test(value), `${at}: pattern`),
  minimum: (value, rule, at) =>
    when(!isNumber(value) || value >= (rule as number), `${at} is below ${rule}`),
  maximum: (value, rule, at) =>
    when(!isNumber(value) || value <= (rule as number), `${at} is above ${rule}`),
  anyOf: (value, rule, at) => {
    const ways = (rule as Schema[]).map((schema) => faultsOf(value, schema, at));
    return ways.some((way) => way.length === 0) ? [] : [ways.flat().join(' | ')];
  },
  items: (value, rule, at) =>
    Array.isArray(value)
      ? value.flatMap((item, i) => faultsOf(item, rule as Schema, `${at}[${i}]`))
      : [],
  minItems: (value, rule, at) =>
    when(!Array.isArray(value) || value.length >= (rule as number), `${at} is too short`),
  maxItems: (value, rule, at) =>
    when(!Array.isArray(value) || value.length <= (rule as number), `${at} is too long`),
  required: (value, rule, at) =>
    isObject(value)
      ? (rule as string[]).flatMap((key) => when(key in value, `${at}.${key} is missing`))
      : [],
  properties: (value, rule, at) =>
    isObject(value)
      ? Object.entries(rule as Record<string, Schema>).flatMap(([key, schema]) =>
          key in value ? faultsOf(value[key], schema, `${at}.${key}`) : [],
        )
      : [],
  additionalProperties: (value, rule, at, schema) => {
    if (!isObject(value)) return [];
    const named = (schema.properties ?? {}) as object;
    const others = Object.keys(value).filter((key) => !Object.hasOwn(named, key));
    return rule === false
      ? others.map((key) => `${at}.${key} is not documented`)
      : others.flatMap((key) => faultsOf(value[key], rule as Schema, `${at}.${key}`));
  },
  propertyNames: (value, rule, at) =>
    isObject(value) ? Object.keys(value).flatMap((key) => faultsOf(key, rule as Schema, at)) : [],
};

function resolved(schema: Schema): Schema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  let node: unknown = document;
  for (const key of $ref.slice(2).split('/')) node = (node as Record<string, unknown>)[key];
  return node as Schema;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
