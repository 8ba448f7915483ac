// What every state store must do, whatever it keeps states in.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import type { Grant } from '../../src/model/budget.ts';
import { DraftState } from '../../src/model/draft-state.ts';
import { FeatureOverlay } from '../../src/model/feature-overlay.ts';
import { messageKey, seenCount, seenMessage } from '../../src/model/seen-messages.ts';
import type { CustomerState } from '../../src/model/state.ts';
import type { Commit, StateStore, StoredState } from '../../src/pipeline.ts';
import { SEEN_MAX, SEEN_MS } from '../../src/state/seen-log.ts';
import { seeded } from '../support/seeded.ts';
import { plainState } from '../support/states.ts';

export const LEDGER_MAX = 3_000;
export const STATE_BYTES_MAX = 4_000;
const NOW_MS = 1_795_000_000_000;

/** One thing that keeps states, and what tests need beside the port. */
export interface StoreBackend {
  /** Another store on the same states, as in another process. */
  open(): StateStore;
  /** All records of all partitions with their numbers, per partition. */
  ledgers(): Promise<readonly (readonly { readonly n: number; readonly record: string }[])[]>;
  forward(customerId: string, to: string): Promise<void>;
  expire(customerId: string): Promise<void>;
  /** Lets a customer's partition have all of one limit of a budget: `offer|limit`. */
  allot(customerId: string, field: string, limit: number): Promise<void>;
  /** Trims a partition's ledger to nothing. */
  trim(partition: number): Promise<void>;
  close(): Promise<void>;
}

export function describeStateStore(name: string, start: () => Promise<StoreBackend>): void {
  describe(`${name}: a state store`, () => {
    let backend: StoreBackend;
    let customers = 0;
    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend.close());
    const newCustomer = () => `customer-${customers++}`;

    it('gives a customer who was never seen an empty state', async () => {
      const loaded = await load(backend.open(), newCustomer());
      expect(loaded.etag).toBe('');
      expect(loaded.state.records).toBe(0);
    });

    it('gives back what was committed, here and in another process', async () => {
      const id = newCustomer();
      const store = backend.open();
      const { state } = await load(store, id);
      const next = { ...plainState(state), records: 1, features: new Map([['f1', ['x', 1.5]]]) };
      expect(await store.commit(commitOf(id, '', next))).toEqual({ kind: 'committed' });
      for (const reader of [store, backend.open()]) {
        const loaded = await load(reader, id);
        expect(loaded.etag.length).toBe(8);
        expect(loaded.state.records).toBe(1);
        expect(loaded.state.features.get('f1')).toEqual(['x', 1.5]);
      }
    });

    it('answers a commit from a stale state with the fresh one, and writes nothing', async () => {
      const id = newCustomer();
      const [here, there] = [backend.open(), backend.open()];
      const stale = await load(here, id);
      await there.commit(commitOf(id, '', { ...plainState(stale.state), records: 7 }));
      const before = await backend.ledgers();
      const outcome = await here.commit(
        commitOf(id, stale.etag, { ...plainState(stale.state), records: 1 }),
      );
      if (outcome.kind !== 'conflict') throw new Error(outcome.kind);
      expect(outcome.fresh.state.records).toBe(7);
      expect(await backend.ledgers()).toEqual(before);
      const again = commitOf(id, outcome.fresh.etag, {
        ...plainState(outcome.fresh.state),
        records: 8,
      });
      expect(await here.commit(again)).toEqual({ kind: 'committed' });
    });

    it('answers a commit on a state that expired with an empty one', async () => {
      const id = newCustomer();
      const store = backend.open();
      await store.commit(commitOf(id, '', (await load(store, id)).state));
      const stored = await load(store, id);
      await backend.expire(id);
      const outcome = await store.commit(commitOf(id, stored.etag, stored.state));
      if (outcome.kind !== 'conflict') throw new Error(outcome.kind);
      expect(outcome.fresh.etag).toBe('');
      expect(outcome.fresh.state.records).toBe(0);
    });

    it('says where a merged customer went, on load and on commit', async () => {
      const id = newCustomer();
      const store = backend.open();
      await store.commit(commitOf(id, '', (await load(store, id)).state));
      const stored = await load(store, id);
      await backend.forward(id, 'jürgen');
      const moved = { kind: 'moved', to: 'jürgen', etag: expect.any(String) };
      const commit = commitOf(id, stored.etag, stored.state);
      expect(await store.commit(commit)).toEqual({ kind: 'moved' });
      expect(await store.load(id)).toEqual(moved);
      expect(await backend.open().load(id)).toEqual(moved);
    });

    it('counts one customer from two processes exactly, with a gapless ledger', async () => {
      const id = newCustomer();
      const stores = [backend.open(), backend.open()];
      const numbersBefore = (await backend.ledgers()).flat().length;
      // Twenty at a time: all thousand at once would be half a million conflicts.
      const worker = async (w: number) => {
        for (let i = w; i < 1_000; i += 20) await increment(stores[w % 2]!, id, i);
      };
      await Promise.all(Array.from({ length: 20 }, (_, w) => worker(w)));
      const { state } = await load(backend.open(), id);
      expect(state.records).toBe(1_000);
      expect(state.features.get('counter')).toBe(1_000);
      const ledgers = await backend.ledgers();
      expect(ledgers.flat().length - numbersBefore).toBe(1_000);
      for (const ledger of ledgers) {
        expect(ledger.map(({ n }) => n)).toEqual(ledger.map((_, i) => ledger[0]!.n + i));
      }
      const mine = ledgers.flat().filter(({ record }) => record.startsWith(`${id} `));
      expect(new Set(mine.map(({ record }) => record)).size).toBe(1_000);
    });

    it('remembers every message of a day, long after they left the state', async () => {
      const id = newCustomer();
      const store = backend.open();
      const count = SEEN_MAX * 3;
      for (let i = 0; i < count; i++) await see(store, id, `m${i}`, NOW_MS + i);
      const { etag, state } = await load(backend.open(), id);
      expect(seenCount(state.seen)).toBeLessThanOrEqual(SEEN_MAX);
      const commit = {
        ...commitOf(id, etag, state),
        messageIds: ['m0', 'new', 'm40'],
        records: ['a', 'b', 'c'],
        receivedAtMs: NOW_MS + count,
      };
      const outcome = await store.commit(commit);
      if (outcome.kind !== 'seen') throw new Error(outcome.kind);
      expect(outcome.messageIds).toEqual(new Set(['m0', 'm40']));
      expect(outcome.fresh.etag).toBe(etag);
      const retry = { ...commit, messageIds: ['new'], records: ['b'] };
      expect(await store.commit(retry)).toEqual({ kind: 'committed' });
    });

    it('forgets messages after a day', async () => {
      const id = newCustomer();
      const store = backend.open();
      for (let i = 0; i <= SEEN_MAX; i++) await see(store, id, `m${i}`, NOW_MS + i);
      const { etag, state } = await load(store, id);
      const commit = { ...commitOf(id, etag, state), messageIds: ['m0'] };
      const dayLater = { ...commit, receivedAtMs: NOW_MS + SEEN_MS };
      expect(await store.commit(dayLater)).toEqual({ kind: 'committed' });
    });

    it('keeps a state within its size by dropping the oldest keys', async () => {
      const id = newCustomer();
      const store = backend.open();
      const { state } = await load(store, id);
      const keys = Array.from({ length: 200 }, (_, i) => `key-${i}`);
      const large = new Map(keys.map((key) => [key, 'x'.repeat(60)]));
      const grown = { ...plainState(state), features: new Map([['large', large]]) };
      await store.commit(commitOf(id, '', grown));
      for (const reader of [store, backend.open()]) {
        const kept = (await load(reader, id)).state.features.get('large');
        const names = [...(kept as ReadonlyMap<string, unknown>).keys()];
        expect(names.length).toBeGreaterThan(30);
        expect(names.length).toBeLessThan(70);
        expect(names).toEqual(keys.slice(-names.length));
      }
    });

    it('takes all that a commit spends of budgets, or says what lacks and takes nothing', async () => {
      const id = newCustomer();
      const store = backend.open();
      const random = seeded(7);
      const limits = { grants: 40, perDay: 15, cents: 900 };
      const left = new Map<string, number>();
      for (const offer of ['a', 'b']) {
        const kinds = { g: 40, m: 900, d1: 15, d2: 15, d3: 15 };
        for (const [kind, limit] of Object.entries(kinds)) {
          left.set(`${offer}|${kind}`, limit);
          await backend.allot(id, `${offer}|${kind}`, limit);
        }
      }
      let { etag, state } = await load(store, id);
      const kinds: string[] = [];
      for (let i = 0; i < 80; i++) {
        const grants = Array.from({ length: 1 + random.below(4) }, () => ({
          ...{ offer: random.pick(['a', 'b']), limits, day: 1 + random.below(3) },
          cents: random.below(40),
        }));
        const after = new Map(left);
        const lacking = lackingOf(grants, after);
        const outcome = await store.commit({ ...commitOf(id, etag, state), grants });
        kinds.push(outcome.kind);
        if (lacking.length > 0) expect(outcome).toEqual({ kind: 'exhausted', lacking });
        else {
          expect(outcome).toEqual({ kind: 'committed' });
          for (const [field, amount] of after) left.set(field, amount);
        }
        ({ etag, state } = await load(store, id));
      }
      expect(new Set(kinds).size).toBe(2);
    });

    it('refuses commits and records when history is too far behind, and takes them after', async () => {
      const id = newCustomer();
      const store = backend.open();
      const { state } = await load(store, id);
      const fill = Array.from({ length: LEDGER_MAX }, (_, i) => `fill ${i}`);
      for (let p = 0; p < 4; p++) {
        await backend.trim(p);
        await store.append(p, fill);
      }
      expect(await store.commit(commitOf(id, '', state))).toEqual({ kind: 'ledger_full' });
      expect((await load(backend.open(), id)).etag).toBe('');
      const refused = store.append(0, ['one more']);
      await expect(refused).rejects.toThrow(Unavailable);
      await expect(refused).rejects.toMatchObject({ code: 'ledger_full' });
      for (let p = 0; p < 4; p++) await backend.trim(p);
      expect(await store.commit(commitOf(id, '', state))).toEqual({ kind: 'committed' });
      await store.append(0, ['one more']);
    });
  });
}

function commitOf(customerId: string, expectedEtag: string, state: CustomerState): Commit {
  return {
    customerId,
    expectedEtag,
    state,
    records: [`${customerId} record`],
    grants: [],
    deliveries: [],
    messageIds: ['message'],
    receivedAtMs: NOW_MS,
    recents: new Set(),
  };
}

/** Those that there is not enough for, nor for what came of their offer before; takes the others. */
function lackingOf(grants: readonly Grant[], left: Map<string, number>): readonly number[] {
  const short = new Set<string>();
  return grants.flatMap((grant, i) => {
    const { offer, day, cents } = grant;
    const costs = { [`${offer}|g`]: 1, [`${offer}|d${day}`]: 1, [`${offer}|m`]: cents };
    const fits = Object.entries(costs).every(([field, cost]) => left.get(field)! >= cost);
    if (!fits) short.add(offer);
    if (short.has(offer)) return [i];
    for (const [field, cost] of Object.entries(costs)) left.set(field, left.get(field)! - cost);
    return [];
  });
}

async function load(store: StateStore, customerId: string): Promise<StoredState> {
  const loaded = await store.load(customerId);
  if ('kind' in loaded) throw new Error('moved');
  return loaded;
}

/** Loads, adds one and commits, again and again until it went through. */
export async function increment(store: StateStore, customerId: string, i: number): Promise<void> {
  let stored = await load(store, customerId);
  for (let attempt = 0; attempt < 5_000; attempt++) {
    const { state } = stored;
    const next = new DraftState(state);
    const features = FeatureOverlay.over(state.features);
    features.set('counter', ((state.features.get('counter') ?? 0) as number) + 1);
    next.features = features;
    next.records++;
    const outcome = await store.commit({
      ...commitOf(customerId, stored.etag, next),
      records: [`${customerId} increment ${i}`],
      messageIds: [`increment ${i}`],
    });
    if (outcome.kind === 'committed') return;
    if (outcome.kind !== 'conflict') throw new Error(outcome.kind);
    stored = outcome.fresh;
  }
  throw new Error('never committed');
}

/** Commits one message as the engine does: its hash goes to the end of `seen`. */
async function see(store: StateStore, id: string, messageId: string, atMs: number): Promise<void> {
  const { etag, state } = await load(store, id);
  const next = new DraftState(state);
  next.seen += seenMessage(messageKey(messageId), atMs);
  const outcome = await store.commit({
    ...commitOf(id, etag, next),
    messageIds: [messageId],
    receivedAtMs: atMs,
  });
  if (outcome.kind !== 'committed') throw new Error(outcome.kind);
}
