// Several sides under one load, in turns whose order rotates, so that a neighbour's bad minute and a
// warm cache fall on each alike; and what may be said of two of them. CPU per event and ratios within
// a round count: rates are the machine's mood.

import { median, type Row, table } from './table.ts';

/** Of `Measured`, what is compared. */
export interface Cost {
  readonly perS: number;
  readonly serverUs: number;
  readonly redisUs: number;
}

/** What each side cost, by round. */
export type Rounds<C extends Cost = Cost> = readonly (readonly C[])[];

/** @param drive measures one of them; `round` is told so that all get the same load */
export async function inTurns<T, C extends Cost>(
  sides: readonly T[],
  rounds: number,
  drive: (side: T, round: number) => Promise<C>,
): Promise<Rounds<C>> {
  const all = sides.map((): C[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const i = (round + turn) % sides.length;
      all[i]!.push(await drive(sides[i]!, round));
    }
  }
  return all;
}

/** A row for each; the first is the floor, and each is divided by the floor of the same round. */
export function turnsTable(names: readonly string[], rounds: Rounds): string {
  const rows = names.map((name, i): Row => {
    const of = (pick: (m: Cost) => number) => median(rounds[i]!.map(pick));
    const ofFloor = (pick: (m: Cost) => number) =>
      median(ratios(rounds[i]!, rounds[0]!, pick)).toFixed(2);
    return [
      name,
      Math.round(of((m) => m.perS)),
      ...[of((m) => m.serverUs).toFixed(1), ofFloor((m) => m.serverUs)],
      ...[of((m) => m.redisUs).toFixed(1), ofFloor((m) => m.redisUs)],
    ];
  });
  const head = ['CPU an event', 'events/s', 'gateway µs', '÷ floor', 'Redis µs', '÷ floor'];
  return table(head, rows);
}

/** `gateway 1.02 (0.99–1.04), Redis 1.00 (0.98–1.01)`: this ÷ that, the median and the extremes. */
export function ratioLine(that: readonly Cost[], mine: readonly Cost[]): string {
  const say = (name: string, pick: (m: Cost) => number) => {
    const all = ratios(mine, that, pick).sort((a, b) => a - b);
    const spread = [all[0]!, all.at(-1)!].map((ratio) => ratio.toFixed(2)).join('–');
    return `${name} ${median(all).toFixed(2)} (${spread})`;
  };
  return `${say('gateway', (m) => m.serverUs)}, ${say('Redis', (m) => m.redisUs)}`;
}

function ratios(
  over: readonly Cost[],
  under: readonly Cost[],
  pick: (m: Cost) => number,
): number[] {
  return over.map((measured, round) => pick(measured) / pick(under[round]!));
}
