// The customer id of an identifier: its kind, and a keyed hash of its value. Keys of Redis, logs and
// history hold the hash alone; who has the secret of the deployment can look a value up, nobody can
// read it back.
//
// 17 characters are the hash (102 bits), 5 more a keyed check of those: an id that we made is told
// from a value of the same form. Without it, a device that calls itself by 22 letters (a UUID in
// base64 has 22) would be one customer in `device:…` and another in `externalIds`, and anybody could
// make ids of phones that do not exist.

import { createHmac } from 'node:crypto';

const HASH_CHARS = 17;
const CHECK_CHARS = 5;
const FORM = new RegExp(`^[A-Za-z0-9_-]{${HASH_CHARS + CHECK_CHARS}}$`);

export class NameHash {
  /** @param secret of the deployment, 32 random bytes */
  constructor(private readonly secret: Uint8Array) {}

  /** `phone:` and 22 characters. */
  idOf(kind: string, normalised: string): string {
    const hash = this.keyed(`${kind}:${normalised}`, HASH_CHARS);
    return `${kind}:${hash}${this.checkOf(kind, hash)}`;
  }

  /** Whether a text is what `idOf` made for this kind, without the kind. */
  made(kind: string, text: string): boolean {
    if (!FORM.test(text)) return false;
    return text.slice(HASH_CHARS) === this.checkOf(kind, text.slice(0, HASH_CHARS));
  }

  /** No kind has a line break in it, so that no value has the hash that is a check. */
  private checkOf(kind: string, hash: string): string {
    return this.keyed(`${kind}\n${hash}`, CHECK_CHARS);
  }

  private keyed(text: string, chars: number): string {
    return createHmac('sha256', this.secret).update(text).digest('base64url').slice(0, chars);
  }
}
