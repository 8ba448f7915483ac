// A plugin of @segment/analytics-next, which reads only the status of what it sends: this sends the same
// call itself, with the message id that the SDK gave it, and hands the decisions of the answer on. Beside
// the SDK's own delivery each call is counted once; without that (`'Segment.io': false`) it is the only one.

import type { Call } from '../answers.ts';
import { holdUntil, type Speaker } from './hold-until.ts';

/** What is needed of a Proffer of `proffer/browser`. */
interface Sender extends Speaker {
  setAnonymousId(id: string): void;
  reset(anonymousId?: string): Promise<void>;
}

/** What is read of the SDK. */
interface Sdk {
  user(): { anonymousId(): string | null | undefined };
  on(event: 'reset', listener: () => void): unknown;
}

interface Context {
  readonly event: object;
}

/** Without the SDK for so long (blocked, no network) the page goes on with an id of Proffer's own. */
const SDK_WAIT_MS = 5_000;

/**
 * `analytics.register(profferPlugin(proffer))`; then `proffer.on('decision', …)` and `render`. From here
 * on nothing is said or asked until the SDK has told who the visitor is.
 */
export function profferPlugin(proffer: Sender) {
  let ready = () => {};
  const told = new Promise<void>((resolve) => {
    ready = resolve;
    setTimeout(resolve, SDK_WAIT_MS);
  });
  holdUntil(told, proffer);
  let sdk: Sdk | null = null;
  /** The SDK's id of the visitor, which may change at any time. */
  const id = () => sdk?.user().anonymousId() ?? undefined;
  const follow = () => {
    const known = id();
    if (known !== undefined) proffer.setAnonymousId(known);
  };
  const send = <C extends Context>(context: C): C => {
    // What the SDK adds for its other destinations is none of the spec's.
    const { integrations, _metadata, ...call } = context.event as Record<string, unknown>;
    follow();
    void proffer.send(call as unknown as Call);
    return context;
  };
  return {
    name: 'Proffer',
    type: 'destination' as const,
    version: '1.0.0',
    isLoaded: () => sdk !== null,
    async load(_: unknown, analytics: Sdk): Promise<void> {
      sdk = analytics;
      follow();
      ready();
      analytics.on('reset', () => void proffer.reset(id()));
    },
    track: send,
    identify: send,
    page: send,
    screen: send,
    group: send,
    alias: send,
  };
}
