// Files of real behaviour → events as `/v1/import` takes them, one per row, lazily.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { JsonObject } from '../model/json.ts';

/** A row of the file: an event to send, or why it cannot be one. */
export type Row =
  | {
      readonly kind: 'event';
      readonly customerId: string;
      /** JSON text, as the file has it: read and written again, long numbers would be rounded. */
      readonly text: string;
    }
  | { readonly kind: 'unreadable'; readonly line: number; readonly reason: string };

export const FORMATS = ['cdnow', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Reads a file row by row; a name that ends in `.gz` is unzipped. */
export async function* readRows(path: string, format: Format): AsyncGenerator<Row> {
  const file = createReadStream(path);
  const text = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => text.destroy(error));
  let line = 0;
  for await (const content of createInterface({ input: text, crlfDelay: Infinity })) {
    line++;
    if (content.trim() === '') continue;
    if (line === 1 && format === 'cdnow' && content.trimStart().startsWith('customer_id')) continue;
    yield format === 'cdnow' ? cdnowRow(content, line) : jsonRow(content, line);
  }
}

/**
 * `customer yyyymmdd quantity dollars`, separated by white space: an `Order Completed`. The customer
 * id stays as in the file (five digits, zeros kept). The message id names the row, so that a second
 * replay within 24 h changes nothing.
 */
function cdnowRow(content: string, line: number): Row {
  const fields = content.trim().split(/\s+/);
  const [customer, date, quantity, total] = fields;
  if (fields.length !== 4 || !/^\d{8}$/.test(date!)) {
    return { kind: 'unreadable', line, reason: 'not_cdnow' };
  }
  return {
    kind: 'event',
    customerId: customer!,
    text: JSON.stringify({
      type: 'track',
      event: 'Order Completed',
      messageId: `cdnow-${line}`,
      userId: customer!,
      timestamp: `${date!.slice(0, 4)}-${date!.slice(4, 6)}-${date!.slice(6)}T00:00:00.000Z`,
      properties: {
        order_id: `cdnow-${line}`,
        quantity: Number(quantity),
        total: Number(total),
      },
    }),
  };
}

/** One Segment event per line. */
function jsonRow(content: string, line: number): Row {
  let event: unknown;
  try {
    event = JSON.parse(content);
  } catch {
    return { kind: 'unreadable', line, reason: 'invalid_json' };
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return { kind: 'unreadable', line, reason: 'not_an_object' };
  }
  const object = event as JsonObject;
  const customerId = String(object.userId ?? object.anonymousId ?? '');
  return { kind: 'event', customerId, text: content };
}
