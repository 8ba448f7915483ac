// Hot path. What lies under the key of a customer, or of a name: 8 bytes etag, then by the next byte
//
//   1 …   a state as codec.ts writes it: the byte is the codec version
//   0     the id of the customer to go to: a forward
//   255   two bytes length, JSON that says where the state is moving to, and the state as above
//
// A state that moves is sealed first: nobody commits to it any more, and whoever meets it helps.

import type { CustomerState } from '../model/state.ts';
import type { Loaded } from '../pipeline.ts';
import { CorruptState } from './byte-reader.ts';
import type { StateCodec } from './codec.ts';
import { ETAG_BYTES } from './etag.ts';

const FORWARD = 0;
const SEALED = 255;
/** Etag, the byte that says sealed, length. */
const SEAL_BYTES = ETAG_BYTES + 3;

/** Where a customer's state is moving to, and since when. */
export interface Move {
  readonly mergeId: string;
  /** The survivor, as whoever sealed it knew that customer. */
  readonly to: string;
  /** When that was said, epoch ms. */
  readonly atMs: number;
  /** The clock it is folded at, epoch ms. */
  readonly clockMs: number;
  /** It was taken out again: the state is in force once the survivor does not list the merge any more. */
  readonly returns?: boolean;
}

export type StoredValue =
  | { readonly kind: 'state'; readonly etag: string; readonly state: CustomerState }
  | { readonly kind: 'moved'; readonly etag: string; readonly to: string }
  | {
      readonly kind: 'moving';
      readonly etag: string;
      readonly move: Move;
      readonly state: CustomerState;
      /** How much stands in front of the state, bytes. */
      readonly headBytes: number;
    };

/** Whether a value, or its beginning, is of a forward. */
export function isForward(value: Buffer): boolean {
  return value.length > ETAG_BYTES && value[ETAG_BYTES] === FORWARD;
}

/**
 * @param value a character a byte
 * @throws CorruptState, now or when a damaged part of the state is first read
 */
export function readStoredValue(codec: StateCodec, customerId: string, value: string): StoredValue {
  if (value.length <= ETAG_BYTES) throw new CorruptState('it ends early');
  const etag = value.slice(0, ETAG_BYTES);
  const format = value.charCodeAt(ETAG_BYTES);
  if (format === FORWARD) {
    const to = Buffer.from(value.slice(ETAG_BYTES + 1), 'latin1').toString('utf8');
    return { kind: 'moved', etag, to };
  }
  if (format === SEALED) return readSealed(codec, customerId, value, etag);
  return { kind: 'state', etag, state: codec.decode(customerId, value, ETAG_BYTES) };
}

function readSealed(
  codec: StateCodec,
  customerId: string,
  value: string,
  etag: string,
): StoredValue {
  const bytes = Buffer.from(value.slice(ETAG_BYTES + 1, SEAL_BYTES), 'latin1');
  if (bytes.length < 2) throw new CorruptState('it ends early');
  const headBytes = SEAL_BYTES + bytes.readUInt16BE(0);
  let move: Move;
  try {
    const text = Buffer.from(value.slice(SEAL_BYTES, headBytes), 'latin1').toString('utf8');
    move = JSON.parse(text) as Move;
  } catch {
    throw new CorruptState('its seal is damaged');
  }
  const state = codec.decode(customerId, value, headBytes);
  return { kind: 'moving', etag, move, state, headBytes };
}

/** The same, as the pipeline is told it. @param customerId whose key it is */
export function loadedOf(stored: StoredValue, customerId: string): Loaded {
  switch (stored.kind) {
    case 'state':
      return { etag: stored.etag, state: stored.state };
    case 'moved':
      return stored;
    case 'moving': {
      const { mergeId, to, atMs, clockMs, returns = false } = stored.move;
      return { ...stored, move: { mergeId, from: customerId, to, atMs, clockMs, returns } };
    }
  }
}

/** The value of a forward. */
export function forwardTo(customerId: string, etag: string): Buffer {
  const head = Buffer.from(`${etag}\0`, 'latin1');
  return Buffer.concat([head, Buffer.from(customerId, 'utf8')]);
}

/** What replaces the etag of a state that is about to move. */
export function sealOf(
  { mergeId, to, atMs, clockMs, returns = false }: Move,
  etag: string,
): Buffer {
  const where = { mergeId, to, atMs, clockMs, ...(returns ? { returns } : {}) };
  const move = Buffer.from(JSON.stringify(where), 'utf8');
  const head = Buffer.from(`${etag}\xff\0\0`, 'latin1');
  head.writeUInt16BE(move.length, ETAG_BYTES + 1);
  return Buffer.concat([head, move]);
}
