// What is said of a wrong field of a body that is checked by its zod schema: in the words that
// event-shapes.ts has for events, and never its value.

import type { z } from 'zod';
import type { JsonValue } from '../model/json.ts';
import type { Body } from './gateway-parts.ts';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  record: 'an object',
  object: 'an object',
};

/** @param path of the issue, as it is told */
export function issueMessage(issue: z.core.$ZodIssue, path: string, body: Body): string {
  return path === '' ? 'The body is not valid.' : `'${path}' ${predicate(issue, body)}.`;
}

function predicate(issue: z.core.$ZodIssue, body: Body): string {
  const value = valueAt(body, issue.path);
  if (value === undefined || value === null) return 'is required';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? 'of another type'}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      // Ids, whose numbers are text by now.
      const [first] = issue.errors[0] ?? [];
      return first === undefined ? 'is not valid' : predicate({ ...first, path: issue.path }, body);
    }
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}`;
    case 'too_big': {
      if (issue.origin === 'string') return `may have ${issue.maximum} characters at most`;
      if (issue.origin === 'array') return `may have ${issue.maximum} entries at most`;
      return `must be at most ${issue.maximum}`;
    }
    // Said by the schema itself: what the value must be.
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

function valueAt(body: Body, path: readonly PropertyKey[]): JsonValue | undefined {
  let value: JsonValue | undefined = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, JsonValue>)[key];
  }
  return value;
}
