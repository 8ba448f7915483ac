// A connection to a real Redis some of whose calls fail, as they do on a bad line: never sent, done
// without an answer, or done late, when whoever sent it has long given up.

import { Unavailable } from '../../src/errors.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import type { Random } from '../support/seeded.ts';

export interface FaultyConnection {
  readonly connection: RedisConnection;
  /** Share of calls that fail. */
  faults: number;
  /** After so many calls more it is as if the process had died. */
  callsLeft: number;
  /** Calls that have it among their arguments fail. */
  deadKey: string | null;
  /** Resolves when all that is late has come. */
  settled(): Promise<void>;
}

export function faultyConnection(real: RedisConnection, random: Random): FaultyConnection {
  const late = new Set<Promise<unknown>>();
  const call: RedisConnection['call'] = async (name, args) => {
    const isDead = faulty.deadKey !== null && args.includes(faulty.deadKey);
    if (isDead || faulty.callsLeft-- <= 0) throw new Unavailable('store_unavailable');
    if (random() >= faulty.faults) return real.call(name, args);
    const kind = random.pick(['lost', 'unanswered', 'late'] as const);
    if (kind === 'unanswered') await real.call(name, args);
    if (kind === 'late') {
      const coming = turns(random.below(60)).then(() => real.call(name, args));
      late.add(coming);
      coming.finally(() => late.delete(coming));
    }
    throw new Unavailable('store_unavailable');
  };
  /** What commits are sent by. Its bytes are the sender's again once it has returned. */
  const send: RedisConnection['send'] = (slot, name, bytes, onReply, onFault) => {
    const fail = () => onFault(new Unavailable('store_unavailable'));
    if (faulty.callsLeft-- <= 0) {
      setImmediate(fail);
      return;
    }
    if (random() >= faulty.faults) {
      real.send(slot, name, bytes, onReply, onFault);
      return;
    }
    const kind = random.pick(['lost', 'unanswered', 'late'] as const);
    if (kind === 'unanswered') real.send(slot, name, bytes, fail, onFault);
    else setImmediate(fail);
    if (kind === 'late') {
      const copy = Buffer.from(bytes);
      const coming = turns(random.below(60)).then(
        () =>
          new Promise<void>((done) =>
            real.send(
              slot,
              name,
              copy,
              () => done(),
              () => done(),
            ),
          ),
      );
      late.add(coming);
      coming.finally(() => late.delete(coming));
    }
  };
  const faulty: FaultyConnection = {
    connection: new Proxy(real, {
      get: (target, key) => {
        if (key === 'call') return call;
        if (key === 'send') return send;
        const member = Reflect.get(target, key);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    }),
    faults: 0,
    deadKey: null,
    callsLeft: Number.POSITIVE_INFINITY,
    async settled() {
      await Promise.all(late);
    },
  };
  return faulty;
}

/** So many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
