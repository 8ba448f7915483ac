// What a newer build added to a state stays in it, byte for byte, whatever this one does with it.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DraftState } from '../../src/model/draft-state.ts';
import type { Sections } from '../../src/model/state.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { ETAG_BYTES } from '../../src/state/etag.ts';
import { MemoryStateStore, StateMemory } from '../../src/state/memory-state-store.ts';
import { SECTIONS } from '../../src/state/section-table.ts';
import { SEEN_MAX } from '../../src/state/seen-log.ts';
import { CATALOGS, RandomSubmissions } from '../model/random-submissions.ts';
import { pipelineOn, TestCatalogs } from '../model/twins.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { plainState, realisticState } from '../support/states.ts';
import { type StoredSection, takeApart, withSections } from './section-list.ts';

const codec = new StateCodec();
/** So little that features lose keys. */
const STATE_BYTES_MAX = 2_500;
const known = new Set(SECTIONS.map(({ tag }) => tag));
/** First, between the known ones, behind them, of one bit too many for a mask, and large. */
const TAGS = [0, 4, 30, 31, 32, 127, 128, 2 ** 40];
const unknownOf = (document: string, start = 0) =>
  takeApart(document, start).sections.filter(({ tag }) => !known.has(tag));

const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b).toString('latin1'));
const unknown: fc.Arbitrary<StoredSection[]> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...TAGS), bytes), { selector: ([tag]) => tag })
  .map((some) => some.map(([tag, of]) => ({ tag, bytes: of })).sort((a, b) => a.tag - b.tag));

describe('sections that this build does not know', () => {
  it('stay in a state whichever of the known ones are replaced, emptied or come new', () => {
    const full = realisticState();
    const names = SECTIONS.map(({ name }) => name);
    const kept = fc.subarray(names);
    const change = fc.array(fc.constantFrom('leave', 'empty', 'replace'), {
      ...{ minLength: names.length, maxLength: names.length },
    });
    fc.assert(
      fc.property(unknown, kept, change, (more, has, changes) => {
        const state = { ...full };
        const set = (to: object, name: keyof Sections, value: unknown) => {
          (to as Record<string, unknown>)[name] = value;
        };
        for (const name of names) if (!has.includes(name)) set(state, name, emptyOf(name));
        const document = withSections(codec.encode(state), more);
        const draft = new DraftState(codec.decode('u', document));
        changes.forEach((what, i) => {
          const name = names[i]!;
          if (what === 'leave') return;
          const value = what === 'empty' ? emptyOf(name) : full[name];
          set(draft, name, value);
          set(state, name, value);
        });
        draft.asOfMs = state.asOfMs;
        // As if they had been put into what knows nothing of them.
        const expected = withSections(codec.encode(state), more);
        expect(codec.encode(draft) === expected).toBe(true);
        expect(plainState(codec.decode('u', expected)).traits).toEqual(state.traits);
      }),
      { numRuns: 200 },
    );
  });

  it('stay when so many came that their number takes two bytes', () => {
    const more = Array.from({ length: 150 }, (_, i) => ({ tag: 40 + i, bytes: `${i}` }));
    const document = withSections(codec.encode(realisticState()), more);
    const draft = new DraftState(codec.decode('u', document));
    draft.contacts = new Map();
    expect(unknownOf(codec.encode(draft))).toEqual(more);
  });

  it('stay through all that customers do, while states spill and shrink', async () => {
    const seed = testSeed();
    const random = seeded(seed);
    const catalogs = new TestCatalogs(CATALOGS);
    const memory = new StateMemory(1);
    const store = new MemoryStateStore(memory, { stateBytesMax: STATE_BYTES_MAX, ledgerMax: 1e6 });
    const pipeline = pipelineOn(store, catalogs);
    const customers = ['u1', 'u2'];
    const behaviour = new RandomSubmissions(random, customers);
    const [more] = fc.sample(unknown, { numRuns: 1, seed });
    const long = { tag: 99, bytes: 'ÿ\u0000'.repeat(50) };
    const unread = [...more!, long].sort((a, b) => a.tag - b.tag);
    const put = (id: string, value: string) => {
      memory.values.set(id, Buffer.from(value, 'latin1'));
    };
    let spilled = 0;
    let shrunkTo = 0;
    for (let round = 0; round < 400; round++) {
      if (random() < 0.02) catalogs.publish();
      const run = behaviour.some();
      for (const submission of run) await pipeline.submit(submission);
      // A day's worth of messages, now and then.
      for (let i = 0; round % 100 === 50 && i <= SEEN_MAX; i++) {
        await pipeline.submit({ ...run[0]!, messageId: `${round} ${i}` });
      }
      for (const id of customers) {
        const value = memory.values.get(id)?.toString('latin1');
        if (value === undefined) continue;
        if (round === 0) put(id, withSections(value, unread, ETAG_BYTES));
        else if (unknownOf(value, ETAG_BYTES).length === 0) {
          // The second customer may come later.
          put(id, withSections(value, unread, ETAG_BYTES));
        } else expect(unknownOf(value, ETAG_BYTES)).toEqual(unread);
        shrunkTo = Math.max(shrunkTo, value.length);
        spilled = Math.max(spilled, memory.seen.get(id)?.size ?? 0);
      }
    }
    expect(spilled).toBeGreaterThan(SEEN_MAX / 4);
    expect(shrunkTo).toBeGreaterThan(STATE_BYTES_MAX - 100);
  });
});

const emptyOf = (name: keyof Sections) => SECTIONS.find((one) => one.name === name)!.empty;
