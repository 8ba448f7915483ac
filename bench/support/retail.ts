// The retail example without the moments that time brings: what benches have always measured, an event
// that arms nothing. What one costs that does is a question of its own.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from '../../src/catalog/file-text.ts';

/** Its files, in the order of their names. */
export function retailFiles(): readonly SourceFile[] {
  const folder = fileURLToPath(new URL('../../examples/retail/', import.meta.url));
  return readdirSync(folder)
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('moments'))
    .map((path) => ({ path, text: readFileSync(folder + path, 'utf8') }));
}

/** Writes them into a folder, which is made. @returns its path */
export async function copyRetail(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const { path, text } of retailFiles()) await writeFile(join(folder, path), text);
  return folder;
}
