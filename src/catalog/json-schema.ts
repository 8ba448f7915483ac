// The catalog's JSON Schema, for editors. Made from the very shapes that validate.

import { z } from 'zod';
import {
  contactRuleShape,
  HEADER_SHAPES,
  MAP_SECTIONS,
  type MapSection,
} from './shapes/section-shapes.ts';

/** JSON Schema (draft 2020-12) of one catalog file. Names and references are not checked by it. */
export function catalogJsonSchema(): Record<string, unknown> {
  const headers = Object.fromEntries(
    Object.entries(HEADER_SHAPES).map(([name, shape]) => [name, shape.optional()]),
  );
  const maps = Object.fromEntries(
    (Object.keys(MAP_SECTIONS) as MapSection[]).map((name) => [
      name,
      z.record(z.string(), MAP_SECTIONS[name]).nullable().optional(),
    ]),
  );
  const file = z.strictObject({
    ...headers,
    ...maps,
    contact_policy: z.array(contactRuleShape).nullable().optional(),
  });
  return {
    ...z.toJSONSchema(file, { target: 'draft-2020-12', io: 'input', reused: 'ref' }),
    title: 'Proffer catalog',
    description: 'One file of a catalog; sections of the same name in other files are merged.',
  };
}

/** The text of `schemas/catalog.schema.json`. */
export function catalogJsonSchemaText(): string {
  return `${JSON.stringify(catalogJsonSchema(), null, 2)}\n`;
}
