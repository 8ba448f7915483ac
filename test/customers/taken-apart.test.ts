import { expect, it } from 'vitest';
import {
  addedTo,
  type Counted,
  countsLeft,
  withOutcomesOf,
} from '../../src/customers/taken-apart.ts';
import type { RecentDecision } from '../../src/model/state.ts';

const decision = (decisionId: string): RecentDecision => ({
  ...{ decisionId, placement: 'web', trigger: null, decidedAtMs: 1, offerIds: ['gift'] },
  ...{ fallback: false, holdout: false, outcomes: [0] },
});

const counted = (parts: Partial<Counted>): Counted => ({
  ...{ caps: new Map(), contacts: new Map(), cooldowns: new Map(), decisions: [], answers: [] },
  ...parts,
});

it('leaves what was the survivor’s own, and what was counted since', () => {
  const own = counted({
    caps: new Map([['gift', { total: 2, timesMs: [10, 30] }]]),
    contacts: new Map([['web', [10, 30]]]),
    cooldowns: new Map([['early', 10]]),
    decisions: [decision('own')],
  });
  const theirs = counted({
    caps: new Map([
      ['gift', { total: 2, timesMs: [20, 30] }],
      ['their', { total: 1, timesMs: [20] }],
    ]),
    contacts: new Map([
      ['web', [20]],
      ['app', [20]],
    ]),
    cooldowns: new Map([
      ['early', 20],
      ['their', 20],
    ]),
    decisions: [decision('their')],
  });
  const survivor = counted({
    caps: new Map([
      ['gift', { total: 5, timesMs: [10, 20, 30, 30, 40] }],
      ['their', { total: 1, timesMs: [20] }],
    ]),
    contacts: new Map([
      ['web', [10, 20, 30, 40]],
      ['app', [20]],
    ]),
    cooldowns: new Map([
      ['early', 20],
      ['their', 20],
      ['since', 40],
    ]),
    decisions: [decision('own'), decision('their'), decision('since')],
  });
  const left = countsLeft(survivor, theirs, own);
  expect([...left.caps]).toEqual([['gift', { total: 3, timesMs: [10, 30, 40] }]]);
  expect([...left.contacts]).toEqual([['web', [10, 30, 40]]]);
  expect([...left.cooldowns]).toEqual([
    ['early', 10],
    ['since', 40],
  ]);
  expect(left.decisions.map(({ decisionId }) => decisionId)).toEqual(['own', 'since']);
});

it('never leaves less than the survivor had: what limits have dropped is not taken twice', () => {
  const own = counted({ caps: new Map([['gift', { total: 3, timesMs: [10] }]]) });
  const theirs = counted({ caps: new Map([['gift', { total: 4, timesMs: [10, 20] }]]) });
  const survivor = counted({ caps: new Map([['gift', { total: 5, timesMs: [20] }]]) });
  expect([...countsLeft(survivor, theirs, own).caps]).toEqual([
    ['gift', { total: 3, timesMs: [10] }],
  ]);
});

it('leaves what was counted at some time, though it is not known when', () => {
  // One time is kept of each: it is theirs.
  const caps = (total: number, atMs: number) =>
    counted({ caps: new Map([['gift', { total, timesMs: [atMs] }]]) });
  const [survivor, theirs] = [caps(2, 20), caps(1, 20)];
  expect(countsLeft(survivor, theirs, counted({})).caps).toEqual(caps(1, 20).caps);
});

it('has outcomes that were reported meanwhile', () => {
  const clicked = { ...decision('a'), outcomes: [2] };
  const own = [decision('a'), decision('b')];
  expect(withOutcomesOf(own, [clicked, decision('c')])).toEqual([clicked, decision('b')]);
});

it('remembers whom one is not, each once, and not for ever', () => {
  let apart: readonly string[] = [];
  for (let n = 0; n < 40; n++) apart = addedTo(apart, `u${n}`);
  apart = addedTo(apart, 'u20');
  expect(apart).toHaveLength(32);
  expect([apart[0], apart.at(-1)]).toEqual(['u8', 'u20']);
});
