// What becomes of what customers state, of what is kept of their messages, and of their names.

import { describe, expect, it } from 'vitest';
import { ALIASES_MAX, ANSWERS_MAX, CONSENTS_MAX, TRAITS_MAX } from '../../../src/engine/limits.ts';
import {
  keyAt,
  messageKey,
  receivedAt,
  SEEN_CHARS,
  seenCount,
  seenMessage,
} from '../../../src/model/seen-messages.ts';
import { StateCodec } from '../../../src/state/codec.ts';
import { SEEN_KEPT, spillSeen } from '../../../src/state/seen-log.ts';
import { DAY, HOUR, MINUTE, START } from '../support/catalog-builder.ts';
import { fold, foldStated, numbered, SHOP, two } from './folded-customers.ts';

describe('what customers state', () => {
  const trait = (value: string | null, atMs: number) => ({ value, atMs });

  it('is the trait stated later, a removal too, and of two at once the survivor’s', () => {
    const { state, customerChanged } = foldStated(
      {
        traits: new Map([
          ['name', trait('Ann', 5)],
          ['city', trait('Bonn', 2)],
          ['pet', trait('cat', 4)],
        ]),
      },
      {
        traits: new Map([
          ['name', trait('Bob', 5)],
          ['city', trait('Rome', 3)],
          ['pet', trait(null, 6)],
          ['size', trait('M', 1)],
        ]),
      },
    );
    expect([...state.traits].map(([name, { value }]) => `${name}=${value}`)).toEqual([
      ...['size=M', 'city=Rome', 'name=Ann', 'pet=null'],
    ]);
    expect(customerChanged).toBe(true);
  });

  it('is bounded like what one customer states: removals leave first, then the oldest', () => {
    const { state } = foldStated(
      { traits: numbered(TRAITS_MAX, (i) => [`a${i}`, trait('x', 100 + i)]) },
      {
        traits: new Map([
          ['b', trait('y', 1_000)],
          ['c', trait('z', 1)],
          ['d', trait(null, 900)],
        ]),
      },
    );
    expect(state.traits.size).toBe(TRAITS_MAX);
    const gone = ['c', 'd', 'a0'];
    expect(['b', 'a1', ...gone].filter((name) => state.traits.has(name))).toEqual(['b', 'a1']);
  });

  it('is the later consent, and of two at once the denial', () => {
    const choice = (granted: boolean, atMs: number) => ({ granted, atMs });
    const cases = [
      // into, from, after
      [choice(true, 1), choice(false, 2), false],
      [choice(true, 2), choice(false, 1), true],
      [choice(false, 1), choice(true, 2), true],
      [choice(false, 2), choice(true, 1), false],
      [choice(true, 1), choice(false, 1), false],
      [choice(false, 1), choice(true, 1), false],
      [choice(true, 1), null, true],
      [null, choice(false, 1), false],
    ] as const;
    const of = (side: 0 | 1) =>
      new Map(cases.flatMap((one, i) => (one[side] === null ? [] : [[`p${i}`, one[side]]])));
    const { state, customerChanged } = foldStated({ consent: of(0) }, { consent: of(1) });
    expect(cases.map((_, i) => state.consent.get(`p${i}`)?.granted)).toEqual(
      cases.map(([, , after]) => after),
    );
    expect(customerChanged).toBe(true);
  });

  it('never loses a denial for a grant', () => {
    const of = (name: string, granted: boolean, atMs: number) =>
      numbered(CONSENTS_MAX, (i): [string, { granted: boolean; atMs: number }] => [
        `${name}${i}`,
        { granted, atMs: atMs + i },
      ]);
    const { state } = foldStated(
      { consent: of('old', false, 0) },
      { consent: of('new', true, 99) },
    );
    expect([...state.consent.keys()]).toEqual([...of('old', false, 0).keys()]);
  });
});

describe('what is kept of messages', () => {
  const seenOf = (name: string, count: number, step: number) =>
    Array.from({ length: count }, (_, i) =>
      seenMessage(messageKey(`${name}${i}`), START + step * i),
    ).join('');

  it('is each once, in order, and what is too much can be moved out', () => {
    const { state } = foldStated(
      { seen: seenOf('a', 64, 2) + seenMessage(messageKey('both'), START + 500) },
      {
        seen: seenMessage(messageKey('both'), START + 400) + seenOf('b', 64, 3),
        seenSpilledMs: START - HOUR,
      },
    );
    const { seen } = state;
    expect(seenCount(seen)).toBe(129);
    const times = Array.from({ length: 129 }, (_, i) => receivedAt(seen, i * SEEN_CHARS));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(keyAt(seen, 128 * SEEN_CHARS)).toBe(messageKey('both'));
    expect(state.seenSpilledMs).toBe(START - HOUR);

    const spill = spillSeen(state, START + HOUR);
    expect(spill.spilled?.length).toBe((129 - SEEN_KEPT) * 16);
    expect(spill.state.seen).toBe(seen.slice(-SEEN_KEPT * SEEN_CHARS));
    expect(spill.state.seenSpilledMs).toBe(times.at(-SEEN_KEPT - 1));
  });

  it('a message that either had counts no more, and has its answer', () => {
    const [user, visitor] = two();
    const { answer } = visitor.decide(['home'], { messageId: 'asked' });
    user.wait(HOUR).track('Look');
    fold(user, visitor.state);
    const stimulus = {
      kind: 'event',
      event: { type: 'track', name: 'Look' },
      outcome: null,
    } as never;
    expect(user.step({ stimulus, messageId: 'asked' }, {})).toEqual({ kind: 'duplicate', answer });
  });

  it('answers are those to the last messages of both, and leave when they would have', () => {
    const [user, visitor] = two({ ...SHOP, contactPolicy: [], offers: { deal: { in: ['home'] } } });
    // By turns: u0 v0 u1 v1 …
    for (let i = 0; i < ANSWERS_MAX; i++) {
      user.wait(MINUTE).decide(['home'], { messageId: `u${i}` });
      visitor.wait(MINUTE + i).decide(['home'], { messageId: `v${i}` });
    }
    user.wait(HOUR);
    fold(user, visitor.state);
    const kept = () => user.state.answers.map(({ message }) => message);
    const lasts = ['u4', 'v4', 'u5', 'v5', 'u6', 'v6', 'u7', 'v7'].map(messageKey);
    expect(kept()).toEqual(lasts);
    for (let i = 1; i <= ANSWERS_MAX; i++) {
      user.track('Other');
      expect(kept()).toEqual(lasts.slice(i));
    }
  });

  it('answers of more messages than the survivor has records can be stored, and leave', () => {
    const [user, visitor] = two({ ...SHOP, contactPolicy: [], offers: { deal: { in: ['home'] } } });
    for (let i = 0; i < ANSWERS_MAX; i++) visitor.wait(MINUTE).decide(['home']);
    fold(user, visitor.state);
    expect(user.state.answers).toHaveLength(ANSWERS_MAX);
    const codec = new StateCodec();
    expect(codec.decode('u1', codec.encode(user.state)).answers).toEqual(user.state.answers);
    for (let i = 0; i < ANSWERS_MAX; i++) user.decide(['home']);
    expect(user.state.answers).toHaveLength(ANSWERS_MAX);
  });

  it('decisions are those of both in order, each once with all its outcomes', () => {
    const decision = (i: number, outcomes: number[], decidedAtMs = START - i * HOUR) => ({
      ...{ decisionId: `d${i}`, placement: 'home', trigger: null, decidedAtMs },
      ...{ offerIds: ['a', 'b'], fallback: false, holdout: false, outcomes },
    });
    const { state } = foldStated(
      { decisions: [decision(2, [1, 0]), decision(0, [0, 0])] },
      {
        decisions: [
          decision(9, [0, 0], START - 30 * DAY),
          decision(2, [4, 2]),
          decision(1, [1, 0]),
        ],
      },
    );
    expect(state.decisions.map(({ decisionId, outcomes }) => [decisionId, outcomes])).toEqual([
      ['d2', [5, 2]],
      ['d1', [1, 0]],
      ['d0', [0, 0]],
    ]);
  });
});

describe('names', () => {
  const link = (
    id: string,
    linkedAtMs: number,
    renewedAtMs: number,
    value: string | null = null,
  ) => ({
    ...{ id, kind: 'phone', value, linkedAtMs, renewedAtMs },
  });

  it('are those of both and the id of who was folded, each once', () => {
    const { state } = foldStated(
      { links: [link('p1', 5, 5, '+1'), link('p2', 7, 7)], aliases: ['anonymous:x'] },
      {
        links: [link('p1', 3, 9, '+2'), link('u1', 1, 1), link('p3', 6, 6)],
        aliases: Array.from({ length: ALIASES_MAX }, (_, i) => `anonymous:${i}`),
      },
    );
    const own = { kind: 'anonymous', value: null, linkedAtMs: START, renewedAtMs: START };
    expect(state.links).toEqual([
      link('p1', 3, 9, '+1'),
      link('p3', 6, 6),
      link('p2', 7, 7),
      { id: 'anonymous:a1', ...own },
    ]);
    expect(state.aliases).toHaveLength(ALIASES_MAX);
    expect(state.aliases.at(-1)).toBe('anonymous:x');
  });

  const entry = (mergeId: string, atMs: number) => ({ mergeId, from: `of-${mergeId}`, atMs });

  it('merges of who is folded are merges of who folds', () => {
    const { state } = foldStated(
      { merges: [entry('a', 1), entry('c', 3)] },
      { merges: [entry('b', 2), entry('c', 3)] },
    );
    expect(state.merges.map(({ mergeId }) => mergeId)).toEqual(['a', 'b', 'c', 'm1']);
  });

  it('merges of long ago stay: whoever is in the middle of one would fold it again', () => {
    const { state } = foldStated(
      { merges: Array.from({ length: 100 }, (_, i) => entry(`o${i}`, i)) },
      {},
    );
    expect(state.merges).toHaveLength(101);
  });
});
