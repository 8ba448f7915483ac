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
    if (id.charCodeAt(i) === DASH) i++;
    to.buffer[to.length++] = (nibble(id.charCodeAt(i)) << 4) | nibble(id.charCodeAt(i + 1));
  }
}

export function readDecisionId(from: ByteReader): string {
  if (from.byte() === AS_TEXT) return from.text();
  const start = from.skip(16);
  let to = 0;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) scratch[to++] = DASH;
    const byte = from.buffer[start + i]!;
    scratch[to++] = HEX.charCodeAt(byte >> 4);
    scratch[to++] = HEX.charCodeAt(byte & 15);
  }
  // One flat string; pieces put together would stay pieces in memory.
  return scratch.toString('latin1');
}

const HEX = '0123456789abcdef';
const DASH = 45;
const scratch = Buffer.alloc(36);

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
