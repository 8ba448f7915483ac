// An example as the reference shows it: the YAML, what happened, and what came of it.

import type { Sent, TriedExample } from '../../catalog/tried-example.ts';
import type { JsonValue } from '../../model/json.ts';

/** The example as Markdown. */
export function exampleText(example: TriedExample): string {
  const { catalog, sends, asked, values, decided, refused } = example;
  const yaml = `\`\`\`yaml\n${catalog.trimEnd()}\n\`\`\``;
  const results = [
    ...Object.entries(values ?? {}).map(([text, value]) => `${code(text)} is ${shown(value)}`),
    ...Object.entries(decided ?? {}).map(([placement, offers]) => decidedText(placement, offers)),
    ...(refused === undefined ? [] : [`it is refused: ${refused}`]),
  ];
  const happened = sends.map(sentText);
  if (asked !== undefined) {
    happened.push(`${asked.after} later a question for ${code(asked.placement)}`);
  }
  return `${yaml}\n\nAfter ${happened.join(', ')}: ${results.join('; ')}.`;
}

function sentText({ event, properties, after, context }: Sent): string {
  const when = after === undefined ? '' : `${after} later `;
  const what = properties === undefined ? '' : ` ${inline(properties)}`;
  const where = context === undefined ? '' : ` with the context ${code(inline(context))}`;
  return `${when}${code(`${event}${what}`)}${where}`;
}

function decidedText(placement: string, offers: JsonValue): string {
  const list = offers as readonly JsonValue[];
  if (list.length === 0) return `\`${placement}\` gets nothing`;
  const told = list.map((offer) => code(typeof offer === 'string' ? offer : inline(offer)));
  return `\`${placement}\` gets ${told.join(', ')}`;
}

/** A value as the tables have it. */
export function shown(value: JsonValue): string {
  return value === null ? 'unknown' : code(JSON.stringify(value));
}

/** Code within a line, which may stand in a table. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** JSON as a catalog would write it in a line. */
function inline(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  // A whole number beyond 2^53, which JSON.stringify refuses.
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${inline(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
