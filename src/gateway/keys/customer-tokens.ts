// Customer tokens: what a server gives a page, so that the page's browser key may act for the customer who
// is logged in there.
//
//   c1.<id of the secret>.<end, epoch s, base 36>.<user id, base64url>.<HMAC-SHA256 of all before it>
//
// Rejected: JWT, whose header chooses how it is verified, and whose text is twice as long.

import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type DeploymentSecrets, signingSecret } from './token-secrets.ts';

const VERSION = 'c1';
/** A user id of 256 characters takes some 1,100; what is longer is none. */
export const TOKEN_CHARS_MAX = 2_048;

/** Signs and verifies with the secrets as they are at that moment. */
export class CustomerTokens {
  constructor(private readonly secrets: () => DeploymentSecrets) {}

  /** @param endsAtMs epoch ms, a whole second; null = there is no secret to sign with */
  sign(userId: string, endsAtMs: number, nowMs: number): string | null {
    const secret = signingSecret(this.secrets(), nowMs);
    if (secret === null) return null;
    const who = Buffer.from(userId).toString('base64url');
    const signed = `${VERSION}.${secret.id}.${(endsAtMs / 1_000).toString(36)}.${who}`;
    return `${signed}.${macOf(secret.secret, signed).toString('base64url')}`;
  }

  /** The user id that a token is for; null = it is forged, over, or of somebody else's secret. */
  verify(token: string, nowMs: number): string | null {
    if (token.length > TOKEN_CHARS_MAX) return null;
    const parts = token.split('.', 6);
    const [version, id, end, who, mac] = parts;
    if (parts.length !== 5 || version !== VERSION) return null;
    const secret = this.secrets().tokens.find((known) => known.id === id);
    if (secret === undefined) return null;
    const wanted = macOf(secret.secret, token.slice(0, token.lastIndexOf('.')));
    const given = Buffer.from(mac!, 'base64url');
    // One spelling alone: base64url has several of the same bytes.
    if (given.length !== wanted.length || given.toString('base64url') !== mac) return null;
    if (!timingSafeEqual(given, wanted)) return null;
    if (Number.parseInt(end!, 36) * 1_000 <= nowMs) return null;
    return Buffer.from(who!, 'base64url').toString();
  }
}

function macOf(secret: Buffer, signed: string): Buffer {
  return createHmac('sha256', secret).update(signed).digest();
}
