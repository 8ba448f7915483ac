// A connection to a real Redis that is cut at a chosen call: that one is never sent, or done without an
// answer, and none gets through after it. As if the process had died there.

import { Unavailable } from '../../src/errors.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';

export interface CutConnection {
  readonly connection: RedisConnection;
  /** Calls since it was last mended. */
  readonly calls: number;
  /** @param at the call that is cut, from 1 @param isSent whether Redis gets it */
  cut(at: number, isSent: boolean): void;
  /** Holds the call until it is let go. @param at the call, from 1 */
  hold(at: number): void;
  /** Resolves when it comes to that. */
  readonly reached: Promise<void>;
  release(): void;
  mend(): void;
}

/** Whoever uses it finds the scripts loaded, by another that uses the same Redis. */
export function cutConnection(real: RedisConnection): CutConnection {
  let calls = 0;
  let cutAt = Number.POSITIVE_INFINITY;
  let isSent = false;
  let holdAt = Number.POSITIVE_INFINITY;
  let held = gate();
  let reached = gate();
  const pass = async () => {
    if (calls !== holdAt) return;
    reached.open();
    await held.opened;
  };
  const fault = () => new Unavailable('store_unavailable');
  const call: RedisConnection['call'] = async (name, args) => {
    if (++calls < cutAt) {
      await pass();
      return real.call(name, args);
    }
    if (calls === cutAt && isSent) await real.call(name, args);
    throw fault();
  };
  const send: RedisConnection['send'] = (slot, name, bytes, onReply, onFault) => {
    if (++calls < cutAt && calls !== holdAt) {
      return real.send(slot, name, bytes, onReply, onFault);
    }
    if (calls === holdAt) {
      const copy = Buffer.from(bytes);
      pass().then(() => real.send(slot, name, copy, onReply, onFault));
      return;
    }
    if (calls === cutAt && isSent) {
      const copy = Buffer.from(bytes);
      return real.send(slot, name, copy, () => onFault(fault()), onFault);
    }
    setImmediate(() => onFault(fault()));
  };
  return {
    connection: new Proxy(real, {
      get(target, key) {
        if (key === 'call') return call;
        if (key === 'send') return send;
        if (key === 'onConnect' || key === 'onDoubt') return () => {};
        const member = Reflect.get(target, key);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    }),
    get calls() {
      return calls;
    },
    cut(at, sent) {
      [calls, cutAt, isSent] = [0, at, sent];
    },
    hold(at) {
      [calls, holdAt] = [0, at];
      held = gate();
      reached = gate();
    },
    get reached() {
      return reached.opened;
    },
    release() {
      holdAt = Number.POSITIVE_INFINITY;
      held.open();
    },
    mend() {
      [calls, cutAt, isSent] = [0, Number.POSITIVE_INFINITY, false];
    },
  };
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
