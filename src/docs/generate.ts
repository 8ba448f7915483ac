// Program (`npm run docs`): writes the documents that are made from code. Tests compare them with
// what would be written, so none can be stale for long.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogJsonSchemaText } from '../catalog/json-schema.ts';
import { openapiText } from '../gateway/openapi/openapi-text.ts';
import { errorsPage } from './errors-page.ts';
import { type Measurements, measuredPage } from './measured-page.ts';
import { withSections } from './readme-sections.ts';
import { withReferenceSections } from './reference/reference-sections.ts';

/** Every generated document: its path in the project, and its text. */
const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), 'utf8');
const PAGES: Readonly<Record<string, () => string>> = {
  'README.md': () => withSections(read('README.md')),
  'docs/errors.md': errorsPage,
  'docs/measured.md': () => measuredPage(JSON.parse(read('docs/measured.json')) as Measurements),
  'docs/reference.md': () => withReferenceSections(read('docs/reference.md')),
  'schemas/catalog.schema.json': catalogJsonSchemaText,
  'schemas/openapi.json': openapiText,
};

mkdirSync(fileURLToPath(new URL('docs/', root)), { recursive: true });
for (const [path, text] of Object.entries(PAGES)) {
  writeFileSync(fileURLToPath(new URL(path, root)), text());
  process.stdout.write(`${path}\n`);
}
