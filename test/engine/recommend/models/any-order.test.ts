// Processes learn the same sessions in different orders: from history, from ledgers that were read side by
// side, from a snapshot. What they answer is the same to the last bit.

import { expect, it } from 'vitest';
import { forYou } from '../../../../src/engine/recommend/models/for-you.ts';
import { CrowdTables } from '../../../../src/model/crowd/crowd-tables.ts';
import { FactReader } from '../../../../src/model/crowd/fact-reader.ts';
import { heldOf, takeHeld } from '../../../../src/model/crowd/held.ts';
import { ItemTable } from '../../../../src/model/crowd/item-table.ts';
import { learnedCrowd } from '../../../model/crowd/learned-crowd.ts';
import { type Random, seeded, testSeed } from '../../../support/seeded.ts';

const NOW = 1_700_000_000_000;

interface Click {
  readonly customer: string;
  readonly itemId: string;
  readonly atMs: number;
}

/**
 * More hold the first items than any list of sessions has room for; some have too many items to be held.
 * @param apartMs of the sessions; 0 = many end at the same instant
 */
function randomSessions(random: Random, count: number, apartMs: number): Click[][] {
  return Array.from({ length: count }, (_, n) => {
    const startMs = NOW + random.below(60) * 1_000 + n * apartMs;
    const clicks = random() < 0.1 ? 40 : 1 + random.below(6);
    return Array.from({ length: clicks }, (_, k) => ({
      customer: `u${n}`,
      itemId: `p${Math.floor(40 * random() ** 3)}`,
      atMs: startMs + k * 1_000,
    }));
  });
}

/** Each session in its order, and all of them mixed. */
function mixed(random: Random, sessions: readonly Click[][]): Click[] {
  const left = sessions.map((session) => session.slice());
  const all: Click[] = [];
  while (left.length > 0) {
    const at = random.below(left.length);
    all.push(left[at]!.shift()!);
    if (left[at]!.length === 0) left.splice(at, 1);
  }
  return all;
}

function learned(clicks: readonly Click[]): CrowdTables {
  const crowd = learnedCrowd();
  for (const { customer, itemId, atMs } of clicks) crowd.views(customer, [itemId], atMs);
  return crowd.tables;
}

function copied(tables: CrowdTables): CrowdTables {
  const copy = new CrowdTables(new ItemTable(10_000));
  const reader = new FactReader(copy);
  for (const held of heldOf(tables, (item) => item)) takeHeld(reader, held);
  return copy;
}

function answers(tables: CrowdTables, seeds: readonly string[]): Record<string, number> {
  const numbers = seeds.map((id) => tables.items.numberOf(id)).filter((number) => number >= 0);
  const { items, scores } = forYou(tables, numbers);
  return Object.fromEntries([...items].map((item, k) => [tables.items.idOf(item), scores[k]!]));
}

const SESSIONS = [
  // As many as hold the first item, of the same time, have all a place.
  { what: 'that end at the same time', count: 400, apartMs: 0 },
  { what: 'of which the newest are looked at', count: 1_500, apartMs: 1 },
];

it.each(SESSIONS)('is the same in whatever order sessions $what were learned', (of) => {
  const random = seeded(testSeed());
  const sessions = randomSessions(random, of.count, of.apartMs);
  const first = learned(sessions.flat());
  const others = [
    learned(sessions.toReversed().flat()),
    learned(mixed(random, sessions)),
    copied(first),
  ];
  for (let n = 0; n < 40; n++) {
    const seeds = Array.from({ length: 1 + random.below(3) }, () => `p${random.below(40)}`);
    const wanted = answers(first, seeds);
    for (const other of others) expect(answers(other, seeds)).toEqual(wanted);
  }
});
