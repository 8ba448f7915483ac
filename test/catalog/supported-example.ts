// The example of the catalog language (CATALOG, By example).

import { readFileSync } from 'node:fs';

/** As it stands there. */
export const example = readFileSync(
  new URL('fixtures/catalog-md-example.yaml', import.meta.url),
  'utf8',
);

/** Without what does not run yet. */
export function supportedExample(): string {
  const from = example.indexOf('  cart_abandoned:');
  const until = example.indexOf('offers:\n  phone_accessories');
  return (example.slice(0, from) + example.slice(until)).replaceAll(/, quiet: "[^"]*"/g, '');
}
