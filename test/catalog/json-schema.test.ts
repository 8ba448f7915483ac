import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { catalogJsonSchemaText } from '../../src/catalog/json-schema.ts';

const stored = readFileSync(new URL('../../schemas/catalog.schema.json', import.meta.url), 'utf8');
const example = readFileSync(new URL('fixtures/catalog-md-example.yaml', import.meta.url), 'utf8');

describe('schemas/catalog.schema.json', () => {
  it('is what the shapes say now (npm run docs writes it)', () => {
    expect(stored).toBe(catalogJsonSchemaText());
  });

  it('accepts the example of the catalog language, and refuses what is misspelt in it', () => {
    const schema = z.fromJSONSchema(JSON.parse(stored));
    expect(schema.safeParse(parse(example)).error).toBeUndefined();
    for (const [right, wrong] of [
      ['window: 30m', 'windw: 30m'],
      ['window: 30m', 'window: 30'],
      ['cooldown: 1d', 'cooldown: one day'],
      ['placements:', 'placement:'],
      ['of: impression', 'of: impresion'],
      ['default: denied', 'default: no'],
    ] as const) {
      expect(example).toContain(right);
      expect(schema.safeParse(parse(example.replace(right, wrong))).success).toBe(false);
    }
  });
});
