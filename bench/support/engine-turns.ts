// Several catalogs under one stream of the shop's events in the engine alone, in turns: who is first in
// a round changes, and ratios are within a round.

import type { BlockCost, EngineSide } from './engine-side.ts';
import { seeded, shopEvent } from './events.ts';
import { median, type Row, table } from './table.ts';

const SEED = 7;
const CUSTOMERS = 500;
/** Before counting. */
const WARM_UP = 2;

export interface TurnsOptions {
  /** In a block; each side has one in a round. */
  readonly events: number;
  readonly rounds: number;
  /** Only events of this name. */
  readonly only?: string;
}

/** A row for each; the first is the floor. */
export function engineTurns(
  what: string,
  names: readonly string[],
  sides: readonly EngineSide[],
  { events, rounds, only }: TurnsOptions,
): string {
  const random = seeded(SEED);
  let serial = 0;
  const body = (): string => {
    const event = shopEvent(random, CUSTOMERS, serial);
    if (only !== undefined && event.event !== only) return body();
    serial++;
    return JSON.stringify(event);
  };
  const costs = sides.map((): BlockCost[] => []);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const bodies = Array.from({ length: events }, body);
    for (let turn = 0; turn < sides.length; turn++) {
      const i = (round + turn) % sides.length;
      const cost = sides[i]!.block(bodies);
      if (round >= WARM_UP) costs[i]!.push(cost);
    }
  }
  const rows = names.map((name, i): Row => {
    const of = (pick: (cost: BlockCost) => number) => median(costs[i]!.map(pick)).toFixed(1);
    const ratios = costs[i]!.map((cost, round) => total(cost) / total(costs[0]![round]!));
    const { decisions, recordBytes, answers } = sides[i]!;
    return [
      name,
      of(({ engineUs }) => engineUs),
      of(({ recordUs }) => recordUs),
      median(ratios).toFixed(3),
      (decisions / serial).toFixed(2),
      Math.round(recordBytes / serial),
      answers,
    ];
  });
  const head = [what, 'engine µs', 'record µs', '÷ floor', 'decisions', 'record bytes', 'answers'];
  return table(head, rows);
}

function total({ engineUs, recordUs }: BlockCost): number {
  return engineUs + recordUs;
}
