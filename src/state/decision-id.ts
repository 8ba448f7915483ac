// Hot path. Decision ids are UUIDs: 16 bytes instead of 36. An id of another form is kept as text.

import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const AS_TEXT = 0;
const AS_UUID = 1;

export function writeDecisionId(to: ByteWriter, id: string): void {
  if (!UUID.test(id)) {
    to.byte(AS_TEXT);
    to.text(id);
    return;
  }
  to.byte(AS_UUID);
  to.reserve(16);
  for (let i = 0; i < 36; i += 2) {
    if (id.charCodeAt(i) === 45) i++;
    to.buffer[to.length++] = (nibble(id.charCodeAt(i)) << 4) | nibble(id.charCodeAt(i + 1));
  }
}

export function readDecisionId(from: ByteReader): string {
  if (from.byte() === AS_TEXT) return from.text();
  const start = from.skip(16);
  const hex = from.buffer.toString('hex', start, start + 16);
  return (
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-` +
    `${hex.slice(16, 20)}-${hex.slice(20)}`
  );
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
