// Values of `{name:Type}` as a URL or form has them. The engine reads a scalar as a field of TSV, which
// ends at a tab or line break; people and forms write them as they are, so here they are escaped.
// Arrays, tuples and maps are literals: in those both may stand.

const COMPOSITE =
  /^\s*(?:Nullable\s*\(\s*)?(?:Array|Tuple|Nested|Map|Point|Ring|LineString|Multi\w+|Polygon)\b/i;

/** The names of a statement's placeholders whose values are literals. */
export function compositeParamsOf(sql: string): ReadonlySet<string> {
  const names = new Set<string>();
  // One that is in a string or comment is found too; nothing is lost by that.
  for (const [, name, type] of sql.matchAll(/\{\s*(\w+)\s*:([^{}]*)\}/g)) {
    if (COMPOSITE.test(type!)) names.add(name!);
  }
  return names;
}

/** A scalar as a field that is read to its end: escapes stay, what stands for itself is escaped. */
export function fieldOf(text: string): string {
  return text.replace(/\\[^\t\n]|[\\\t\n]/g, (found) => ESCAPES[found] ?? found);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n' };
