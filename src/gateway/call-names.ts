// Whom a call names, as the gateway asks for it: a port, filled by customers/identifiers.

import type { EventType } from '../model/event.ts';
import type { Naming } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';

/** All of a call that can name somebody. */
export interface NamedBy {
  /** `null` = it is no event. */
  readonly type: EventType | null;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly context: JsonObject;
  /** Of an identify; those of other calls name nobody. */
  readonly traits: JsonObject;
  /** Of an alias call. */
  readonly previousId: string | null;
}

/** Somebody is named. */
export interface Named {
  readonly kind: 'named';
  readonly customerId: string;
  /** `NamedBy.userId` as it is kept: of an identifier its id, which has no value in it. */
  readonly userId: string | null;
  readonly naming: Naming;
}

/** Nobody is. */
export interface Nameless {
  readonly kind: 'nameless';
  /** For the caller; says nothing of what was sent but a kind. */
  readonly message: string;
  /** In the caller's body. */
  readonly path: string;
}

export interface CallNames {
  /** Never throws; the same for the same call, in whatever order it has its identifiers. */
  read(call: NamedBy): Named | Nameless;
  /**
   * The customer id that a text stands for where one is expected: `u1`, `phone:+86 138 …`,
   * `phone:<what we made of it>`, `anonymous:a1`. Null = nobody can have it.
   */
  idOf(text: string): string | null;
  /** Why `idOf` says null: `no phone has that form`; null = it does not. */
  whyNot(text: string): string | null;
}
