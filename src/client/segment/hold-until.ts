// A Proffer that waits until a page knows who its visitor is: what it would say and ask before that waits,
// and is said and asked in its order. Methods of the one instance stand in the way, for as long: that a
// page may wait costs the script, which most pages use without Segment, no bytes.

import type { Call } from '../answers.ts';

/** What names the visitor to the service. */
export interface Speaker {
  send(call: Call): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it takes is handed on
  decide(...args: any): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it takes is handed on
  on(...args: any): unknown;
}

/** @param ready never rejects */
export function holdUntil(ready: Promise<unknown>, speaker: Speaker): void {
  const { send, decide, on } = speaker;
  const waiting: Speaker = {
    send: (call) => ready.then(() => send.call(speaker, call)),
    decide: (...args) => ready.then(() => decide.apply(speaker, args)),
    on(...args) {
      void ready.then(() => on.apply(speaker, args));
      return speaker;
    },
  };
  Object.assign(speaker, waiting);
  void ready.then(() => Object.assign(speaker, { send, decide, on }));
}
