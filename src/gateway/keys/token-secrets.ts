// The secrets that customer tokens are signed with: two live ones, so that they rotate without a gap. A
// token says which it was signed with. A new one signs only once every gateway has read it:
//
//   rotate ─► new beside old, both verify ─(10 s)─► the new one signs ─► rotate ─► the old one is gone
//
// Tokens live for a day at most, so a secret that stays for a day after its successor cuts none short;
// two rotations at once make an end of everything that was signed before.

import { randomBytes } from 'node:crypto';

export interface TokenSecret {
  /** Names it in tokens: a few characters of base64url. */
  readonly id: string;
  /** 256 random bits. */
  readonly secret: Buffer;
  /** Epoch ms. */
  readonly madeAtMs: number;
}

/** All secrets of a deployment beside its keys, newest first. */
export interface DeploymentSecrets {
  readonly tokens: readonly TokenSecret[];
  /** What customers are hashed with in `audit`. Never changes. */
  readonly audit: Buffer;
}

/** Before there are any: nothing is signed, and nothing verified. */
export const NO_SECRETS: DeploymentSecrets = { tokens: [], audit: Buffer.alloc(0) };

const LIVE = 2;
/** Longer than any gateway takes to read what changed, ms. */
const SETTLED_MS = 10_000;

/** The first of a deployment. */
export function firstSecrets(nowMs: number): DeploymentSecrets {
  return { tokens: [newSecret(nowMs)], audit: randomBytes(32) };
}

/** A new secret before the newest so far; those before that are gone. */
export function rotated({ tokens, audit }: DeploymentSecrets, nowMs: number): DeploymentSecrets {
  return { tokens: [newSecret(nowMs), ...tokens].slice(0, LIVE), audit };
}

/** The one to sign with; null = there is none. */
export function signingSecret({ tokens }: DeploymentSecrets, nowMs: number): TokenSecret | null {
  return tokens.find(({ madeAtMs }) => nowMs - madeAtMs >= SETTLED_MS) ?? tokens.at(-1) ?? null;
}

function newSecret(nowMs: number): TokenSecret {
  return { id: randomBytes(6).toString('base64url'), secret: randomBytes(32), madeAtMs: nowMs };
}

/** As they are stored. */
export function secretsText({ tokens, audit }: DeploymentSecrets): string {
  const told = tokens.map((t) => ({ ...t, secret: t.secret.toString('base64url') }));
  return JSON.stringify({ tokens: told, audit: audit.toString('base64url') });
}

/** @throws SyntaxError, TypeError for any other text */
export function readSecrets(text: string): DeploymentSecrets {
  const told = JSON.parse(text) as {
    tokens: { id: string; secret: string; madeAtMs: number }[];
    audit: string;
  };
  return {
    tokens: told.tokens.map((t) => ({ ...t, secret: Buffer.from(t.secret, 'base64url') })),
    audit: Buffer.from(told.audit, 'base64url'),
  };
}
