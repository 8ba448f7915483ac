// Hot path. What lies under a customer's key: 8 bytes etag, then either a state as codec.ts writes
// it (its first byte is the codec version, never 0) or 0 and the id of the customer to go to.

import { CorruptState } from './byte-reader.ts';
import type { EncodedState, StateCodec } from './codec.ts';
import { ETAG_BYTES } from './etag.ts';

const FORWARD = 0;

export type StoredValue =
  | { readonly kind: 'state'; readonly etag: string; readonly encoded: EncodedState }
  | { readonly kind: 'moved'; readonly to: string };

/** @throws CorruptState */
export function readStoredValue(codec: StateCodec, customerId: string, value: Buffer): StoredValue {
  if (value.length <= ETAG_BYTES) throw new CorruptState('it ends early');
  if (value[ETAG_BYTES] === FORWARD) {
    return { kind: 'moved', to: value.toString('utf8', ETAG_BYTES + 1) };
  }
  const etag = value.toString('latin1', 0, ETAG_BYTES);
  return { kind: 'state', etag, encoded: codec.decode(customerId, value, ETAG_BYTES) };
}

/** The value of a forward. */
export function forwardTo(customerId: string, etag: string): Buffer {
  const head = Buffer.from(`${etag}\0`, 'latin1');
  return Buffer.concat([head, Buffer.from(customerId, 'utf8')]);
}
