// Hot path (`letIn`, `refusalOf`). Whether the key of a request may do what the request asks for. A
// secret that is not known here may be a key that was made a moment ago: then the store is asked.

import type { ErrorCode } from '../errors.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { type ApiKey, hasEnded } from './keys/api-key.ts';
import { kindsThatMay, mayDo, type Right } from './keys/key-kinds.ts';
import type { KeyRing } from './keys/key-ring.ts';

/** A request that is let in by a key. */
export interface Caller {
  readonly ended: boolean;
  readonly route: { readonly needs: Right };
  /** The clock of expiries, epoch ms. */
  nowMs(): number;
  refuse(why: ErrorCode | Fault): void;
  /** Told once, when it is let in; its route may be another from here on. */
  entered(key: ApiKey, secret: string): void;
  /** Goes on with the body of who was let in. */
  admit(body: Body): void;
  fail(error: unknown): void;
}

/** A secret that is not known here, while the store is asked for it. */
export interface NewKey {
  readonly secret: string;
  /** null = it is no key. Rejects with Unavailable. */
  readonly key: Promise<ApiKey | null>;
}

/**
 * What is wrong with a key; null = nothing.
 * @param key null = there is no such key
 * @param nowMs the clock of expiries
 */
export function refusalOf(
  key: ApiKey | null,
  needs: Right,
  nowMs: number,
): ErrorCode | Fault | null {
  if (key === null) return 'unknown_key';
  if (hasEnded(key, nowMs)) return 'key_expired';
  return mayDo(key, needs) ? null : notAllowed(key, needs);
}

/** What a key is told that has not the right which it needs. */
export function notAllowed({ kind }: ApiKey, needs: Right): Fault {
  const kinds = kindsThatMay(needs);
  const others = [kinds.slice(0, -1).join(', '), kinds.at(-1)].filter((text) => text !== '');
  const message = `A key of kind ${kind} may not do that; needed is one of kind ${others.join(' or ')}.`;
  return fault('key_not_allowed', message);
}

/** Lets a caller in or refuses it; what is returned has to be waited for with `onceKnown`. */
export function letIn(caller: Caller, keys: KeyRing, secret: string): NewKey | null {
  const refusal = authorize(caller, secret, keys.find(secret));
  if (refusal === null) return null;
  const asked = refusal === 'unknown_key' ? askFor(keys, secret) : null;
  if (asked === null) caller.refuse(refusal);
  return asked;
}

function authorize(caller: Caller, secret: string, key: ApiKey | null): ErrorCode | Fault | null {
  const refusal = refusalOf(key, caller.route.needs, caller.nowMs());
  if (refusal === null) caller.entered(key!, secret);
  return refusal;
}

/** Asks for what `find` does not know. null = it is unknown. */
export function askFor(keys: KeyRing, secret: string): NewKey | null {
  const key = keys.ask(secret);
  if (key === null) return null;
  // Whoever waits hears of a fault; a caller may be gone before that.
  key.catch(() => {});
  return { secret, key };
}

/** Goes on with what was read once it is known whether there is such a key, or refuses it. */
export async function onceKnown(caller: Caller, asked: NewKey, goOn: () => void): Promise<void> {
  try {
    const refusal = authorize(caller, asked.secret, await asked.key);
    if (caller.ended) return;
    if (refusal === null) goOn();
    else caller.refuse(refusal);
  } catch (error) {
    caller.fail(error);
  }
}

/** Lets a caller in by the `writeKey` of its body, or refuses it. @param body null = no object */
export function admitByBody(caller: Caller, keys: KeyRing, body: Body | null): void {
  const secret = body?.writeKey ?? '';
  if (body === null || typeof secret !== 'string' || secret === '') {
    caller.refuse(typeof secret === 'string' ? 'missing_key' : 'unknown_key');
    return;
  }
  const asked = letIn(caller, keys, secret);
  if (asked !== null) void onceKnown(caller, asked, () => caller.admit(body));
  else if (!caller.ended) caller.admit(body);
}
