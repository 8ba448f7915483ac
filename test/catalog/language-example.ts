// The example of the catalog language (CATALOG, By example), as it stands there.

import { readFileSync } from 'node:fs';

export const example = readFileSync(
  new URL('fixtures/catalog-md-example.yaml', import.meta.url),
  'utf8',
);
