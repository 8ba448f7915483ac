// Hot path. A logout: whoever uses the browser next is not to be taken for who has just left it.

import type { CustomerState } from './state.ts';
import type { Submission } from './step.ts';

/** Track events of clients that say it; the first is Segment's. */
const SIGN_OUTS = new Set(['Signed Out', 'Logged Out']);

/** Whether a call says that somebody leaves the browser that it names. */
export function signsOut({ stimulus, naming }: Submission): boolean {
  if (stimulus.kind !== 'event' || naming === undefined) return false;
  const { type, name } = stimulus.event;
  return type === 'track' && SIGN_OUTS.has(name);
}

/** The names that are left once the visitor whom the call names is somebody else again. */
export function linksLeft(
  { customerId, links }: CustomerState,
  { customerId: name, naming, nowMs, receivedAtMs }: Submission,
): CustomerState['links'] {
  const isLeft = (id: string) =>
    (id !== customerId && id === name) || naming!.aliases.some((alias) => alias.id === id);
  // One of the past, told now, ends no login of later.
  const isLater = (atMs: number) => nowMs < receivedAtMs && atMs > nowMs;
  return links.filter(
    ({ id, kind, linkedAtMs }) => kind !== 'anonymous' || isLater(linkedAtMs) || !isLeft(id),
  );
}
