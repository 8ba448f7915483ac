// A fault or a warning as it is told to who publishes: bounded, since names in a catalog may be as long
// as the catalog, and a thousand faults may repeat one.

import type { Remark } from './publishing.ts';

/** Characters of a message, and of a path. */
const MESSAGE_MAX = 1_000;
const PATH_MAX = 300;

/** As the compiler of catalogs has it. */
interface Fault extends Remark {
  readonly suggestion: string | null;
}

/** The suggestion becomes part of the message. */
export function remarkOf({ file, line, column, path, message, suggestion }: Fault): Remark {
  const hint = suggestion === null ? '' : ` (did you mean ${suggestion}?)`;
  const said = cut(message, MESSAGE_MAX) + cut(hint, PATH_MAX);
  return { file, line, column, path: cut(path, PATH_MAX), message: said };
}

/** Never between the halves of a surrogate pair. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
