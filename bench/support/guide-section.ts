// Puts what a bench printed into a document, between `<!-- name -->` and `<!-- /name -->`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @param path from the project's folder; a document that does not exist is left alone
 * @throws Error where the markers are missing
 */
export function writeSection(path: string, name: string, section: string): void {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  if (!existsSync(file)) return;
  const [before, rest] = readFileSync(file, 'utf8').split(`<!-- ${name} -->`);
  const after = rest?.split(`<!-- /${name} -->`)[1];
  if (after === undefined) throw new Error(`${path} has no markers of ${name}`);
  writeFileSync(file, `${before}<!-- ${name} -->\n${section}\n<!-- /${name} -->${after}`);
}
