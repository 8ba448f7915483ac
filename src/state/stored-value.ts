// Hot path. What lies under a customer's key: 8 bytes etag, then either a state as codec.ts writes
// it (its first byte is the codec version, never 0) or 0 and the id of the customer to go to.

import type { CustomerState } from '../model/state.ts';
import { CorruptState } from './byte-reader.ts';
import type { StateCodec } from './codec.ts';
import { ETAG_BYTES } from './etag.ts';

const FORWARD = 0;

export type StoredValue =
  | { readonly kind: 'state'; readonly etag: string; readonly state: CustomerState }
  | { readonly kind: 'moved'; readonly to: string };

/**
 * @param value a character a byte
 * @throws CorruptState, now or when a damaged part of the state is first read
 */
export function readStoredValue(codec: StateCodec, customerId: string, value: string): StoredValue {
  if (value.length <= ETAG_BYTES) throw new CorruptState('it ends early');
  if (value.charCodeAt(ETAG_BYTES) === FORWARD) {
    const to = Buffer.from(value.slice(ETAG_BYTES + 1), 'latin1').toString('utf8');
    return { kind: 'moved', to };
  }
  const state = codec.decode(customerId, value, ETAG_BYTES);
  return { kind: 'state', etag: value.slice(0, ETAG_BYTES), state };
}

/** The value of a forward. */
export function forwardTo(customerId: string, etag: string): Buffer {
  const head = Buffer.from(`${etag}\0`, 'latin1');
  return Buffer.concat([head, Buffer.from(customerId, 'utf8')]);
}
