// What the catalog routes take and answer, as zod schemas: they validate the bodies, and describe both
// in /openapi.json.

import { z } from 'zod';

/** Files of one catalog, as for a folder (catalog/load-catalog.ts). */
export const CATALOG_FILES_MAX = 1_000;
/** Characters of a path, an author, a note. */
const PATH_CHARS_MAX = 300;
const AUTHOR_CHARS_MAX = 200;
const NOTE_CHARS_MAX = 2_000;

/** What could not be written down as it is. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const wellFormed = (text: string) => !LONE_SURROGATE.test(text);
const NOT_WELL_FORMED = 'has half a character (a lone surrogate)';

/** Relative, with `/`; no part of it is empty, hidden, `.` or `..`. */
const PATH =
  /^(?:[^./\\\p{Cc}\p{Surrogate}][^/\\\p{Cc}\p{Surrogate}]*\/)*[^./\\\p{Cc}\p{Surrogate}][^/\\\p{Cc}\p{Surrogate}]*$/u;
const YAML = /\.ya?ml$/i;

const fileSchema = z
  .looseObject({
    path: z
      .string()
      .min(1)
      .max(PATH_CHARS_MAX)
      .refine((path) => PATH.test(path) && YAML.test(path), {
        error: 'must be relative, with "/", without hidden parts or "..", and end in .yaml or .yml',
      })
      .meta({ description: 'Relative to the catalog’s folder, e.g. `offers/summer.yaml`.' }),
    text: z.string().refine(wellFormed, { error: NOT_WELL_FORMED }),
  })
  .meta({ id: 'CatalogFile' });

const line = (charsMax: number) =>
  z.string().max(charsMax).refine(wellFormed, { error: NOT_WELL_FORMED }).nullish();

const writeKey = {
  writeKey: z.string().optional().meta({ description: 'The key, where no header carries it.' }),
};
const said = {
  note: line(NOTE_CHARS_MAX).meta({ description: 'Why.' }),
  author: line(AUTHOR_CHARS_MAX).meta({ description: 'Who; by default the name of the key.' }),
  expectedPublication: z.int().min(0).nullish().meta({
    description: 'Only if this one is current, 0 = none; else 409.',
  }),
};

export const publishBodySchema = z
  .looseObject({
    ...writeKey,
    files: z.array(fileSchema).min(1).max(CATALOG_FILES_MAX),
    ...said,
    dryRun: z.boolean().nullish().meta({ description: 'Only answer what publishing would.' }),
    force: z.boolean().nullish().meta({ description: 'Publish although tests fail.' }),
  })
  .meta({ id: 'PublishBody' });

export const rollbackBodySchema = z
  .looseObject({
    ...writeKey,
    publication: z
      .int()
      .min(1)
      .nullish()
      .meta({
        description:
          'The version whose content comes back. Without it the newest whose content differs from ' +
          'the current one and was not itself rolled back from.',
      }),
    ...said,
  })
  .meta({ id: 'RollbackBody' });

const versionShape = {
  publication: z.int(),
  hash: z.string().meta({ description: 'Of the content; decisions have it as `catalog`.' }),
  name: z.string(),
  publishedAt: z.iso.datetime(),
  author: z.string(),
  note: z.string(),
};

export const versionSchema = z.strictObject(versionShape).meta({ id: 'CatalogVersion' });

export const versionsAnswerSchema = z
  .strictObject({ versions: z.array(versionSchema).meta({ description: 'Newest first.' }) })
  .meta({ id: 'CatalogVersionsAnswer' });

export const versionAnswerSchema = z
  .strictObject({
    ...versionShape,
    files: z.array(z.strictObject({ path: z.string(), text: z.string() })),
  })
  .meta({ id: 'CatalogVersionAnswer' });

export const diffAnswerSchema = z
  .strictObject({
    changes: z.array(
      z.strictObject({
        kind: z.string().meta({ description: 'offer, trigger, feature, …' }),
        name: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        details: z.array(z.string()).meta({ examples: [['cap 2 in 7d → 3 in 7d']] }),
      }),
    ),
  })
  .meta({ id: 'CatalogDiffAnswer' });

export const remarkSchema = z
  .strictObject({
    file: z.string(),
    line: z.int().meta({ description: 'From 1; 0 = the whole file, or catalog.' }),
    column: z.int(),
    path: z.string().meta({ description: 'Where in the catalog, e.g. `offers.welcome.caps[0]`.' }),
    message: z.string(),
  })
  .meta({ id: 'CatalogRemark' });

export const testFailureSchema = z
  .strictObject({
    test: z.string(),
    file: z.string(),
    line: z.int(),
    column: z.int(),
    message: z.string(),
  })
  .meta({ id: 'CatalogTestFailure' });

export const publishAnswerSchema = z
  .strictObject({
    publication: z.int().nullable().meta({ description: 'null: it was a dry run.' }),
    hash: z.string(),
    unchanged: z.boolean().meta({ description: 'This content was in force already.' }),
    warnings: z.array(remarkSchema),
    tests: z.strictObject({ passed: z.int(), failed: z.int() }),
  })
  .meta({ id: 'PublishAnswer' });
