// What a node of a cluster answers when another one has the slot, or a part of it.

import { Unavailable } from '../errors.ts';

export interface Redirection {
  /** `asked`: only this once, as the slot is on its way there. */
  readonly kind: 'moved' | 'asked';
  readonly slot: number;
  /** `host:port`; the host is empty for the host that answered. */
  readonly to: string;
}

/** null for any other error. */
export function redirectionOf(error: unknown): Redirection | null {
  if (!(error instanceof Error)) return null;
  const match = /^(MOVED|ASK) (\d+) (\S+)/.exec(error.message);
  if (match === null) return null;
  const [, kind, slot, to = ''] = match;
  return {
    kind: kind === 'ASK' ? 'asked' : 'moved',
    slot: Number(slot),
    to: to.replace(/^\?/, ''),
  };
}

/** What a caller is told in the end: nobody is sent on twice. */
export function final(error: unknown): unknown {
  if (redirectionOf(error) === null) return error;
  return new Unavailable('store_unavailable', 1, { cause: error });
}
