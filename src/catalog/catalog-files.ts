// The text of a catalog as it is published: how it is written down, and what it calls itself.

import { parseDocument } from 'yaml';
import type { SourceFile } from './file-text.ts';

/** Published as JSON: [{path, text}…], in the order of the paths. */
export const catalogFiles = {
  encode(files: readonly SourceFile[]): string {
    return JSON.stringify(files.map(({ path, text }) => ({ path, text })));
  },

  decode(text: string): readonly SourceFile[] {
    return JSON.parse(text) as SourceFile[];
  },

  /** What its `catalog:` says; '' where that cannot be read. Compiles nothing. */
  nameOf(files: readonly SourceFile[]): string {
    for (const { text } of files) {
      if (!/^catalog\s*:/m.test(text)) continue;
      const name: unknown = parseDocument(text, { logLevel: 'silent' }).get('catalog');
      if (typeof name === 'string') return name;
    }
    return '';
  },
};
