// Hot path. Hashes that several folders share: partitions, holdouts, draws, ids. All are pure.

const utf8 = new TextEncoder();
const scratch = new Uint8Array(1024);

/**
 * MurmurHash3 x86 32-bit of the UTF-8 bytes of `text` (Appleby's public-domain algorithm), as an
 * unsigned integer. Lone surrogates hash as U+FFFD, as TextEncoder writes them.
 */
export function murmur3(text: string, seed = 0): number {
  let bytes = scratch;
  let length = 0;
  // ASCII, the common case, needs no encoder; the first other character falls back to one.
  if (text.length <= scratch.length) {
    while (length < text.length) {
      const code = text.charCodeAt(length);
      if (code > 127) break;
      scratch[length++] = code;
    }
  }
  if (length < text.length) {
    bytes = utf8.encode(text);
    length = bytes.length;
  }
  return murmur3Bytes(bytes, length, seed);
}

function murmur3Bytes(bytes: Uint8Array, length: number, seed: number): number {
  let h = seed | 0;
  const blocksEnd = length & ~3;
  for (let i = 0; i < blocksEnd; i += 4) {
    const k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    h ^= scramble(k);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  const rest = length & 3;
  if (rest > 0) {
    let tail = bytes[blocksEnd]!;
    if (rest > 1) tail |= bytes[blocksEnd + 1]! << 8;
    if (rest > 2) tail |= bytes[blocksEnd + 2]! << 16;
    h ^= scramble(tail);
  }
  h ^= length;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

function scramble(k: number): number {
  const mixed = Math.imul(k, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** The partition that a customer's keys live in. Fixed for the life of a deployment. */
export function partitionOf(customerId: string, partitions: number): number {
  return murmur3(customerId) % partitions;
}

/** A 64-bit message hash, as two unsigned 32-bit halves (two seeds of murmur3). */
export function messageHash(messageId: string): { hi: number; lo: number } {
  return { hi: murmur3(messageId, 0x9747b28c), lo: murmur3(messageId, 0x3c6ef372) };
}

/** `bucket(salt, n)`: murmur3(salt + ":" + customer id) mod n (CATALOG, Expressions). */
export function bucket(salt: string, customerId: string, n: number): number {
  return murmur3(`${salt}:${customerId}`) % n;
}

/** Whether the customer is held out of a placement; `share` in parts of 10,000. */
export function heldOut(placement: string, customerId: string, share: number): boolean {
  return share > 0 && murmur3(`holdout:${placement}:${customerId}`) % 10_000 < share;
}

/**
 * A decision id: a UUID of version 8 (RFC 9562) with the decision's time in its first 48 bits, so
 * that ids sort by time, and hashes of what makes it unique in the rest. The same step gives the
 * same id.
 */
export function decisionId(
  customerId: string,
  messageId: string,
  placement: string,
  nowMs: number,
): string {
  const text = `${customerId}\n${messageId}\n${placement}\n${nowMs}`;
  const time = Math.floor(nowMs).toString(16).padStart(12, '0').slice(-12);
  const a = murmur3(text, 1);
  const b = (murmur3(text, 2) & 0x3fffffff) | 0x80000000;
  const c = murmur3(text, 3);
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-8${hex(a).slice(0, 3)}-` +
    `${hex(b >>> 0).slice(0, 4)}-${hex(b >>> 0).slice(4)}${hex(c)}`
  );
}

function hex(n: number): string {
  return (n >>> 0).toString(16).padStart(8, '0');
}

/**
 * The id of a merge: a UUID of version 8 made of hashes of the customer that is folded and of the state
 * that is, so that whoever does it knows it as the same.
 */
export function mergeIdOf(customerId: string, etag: string): string {
  const text = `${Buffer.from(etag, 'latin1').toString('hex')}\n${customerId}`;
  const digits = hex(murmur3(text, 11)) + hex(murmur3(text, 12)) + hex(murmur3(text, 13));
  const last = hex(murmur3(text, 14));
  return (
    `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-` +
    `a${digits.slice(17, 20)}-${digits.slice(20)}${last}`
  );
}
