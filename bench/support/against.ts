// Is the path of this checkout slower than another commit's? Floor, that, and this, each on a Redis of
// its own, with one catalog and one stream of events.

import { fileURLToPath } from 'node:url';
import { answersLine, answersOf } from './answers.ts';
import { build, builtCommit } from './built-commit.ts';
import { httpRequest, seeded, shopEvent } from './events.ts';
import { startFullPath } from './full-path-side.ts';
import { WRITE_KEY } from './gateway-process.ts';
import { grownCatalog } from './grown-catalog.ts';
import { commit } from './machine.ts';
import { passingFolder } from './passing-folder.ts';
import { measure, type Side, startFloor } from './side.ts';
import { inTurns, ratioLine, turnsTable } from './turns.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SEED = 7;
const CUSTOMERS = 5_000;
/** More than a gateway serves, so that hardly any message comes twice. */
const DISTINCT_PER_S = 40_000;

export interface AgainstOptions {
  readonly seconds: number;
  readonly rounds: number;
  /** null = as many as it can take. */
  readonly ratePerS: number | null;
}

/** @param ref any name that git has for the other commit @throws BenchFault */
export async function against(ref: string, options: AgainstOptions): Promise<string> {
  const { seconds, rounds, ratePerS } = options;
  const folder = passingFolder('proffer-against-');
  const that = await builtCommit(ROOT, ref, folder);
  await build(ROOT, 'this');
  const catalog = await grownCatalog();
  const mine = `this (${commit()})`;
  const sides: Side[] = [];
  try {
    sides.push(await startFloor());
    sides.push(await startFullPath(catalog, `${folder}/that`, { main: that.main }));
    sides.push(await startFullPath(catalog, `${folder}/this`));
    const asked = (side: Side) => answersOf(side.servers[0]!.port, WRITE_KEY);
    const answers = answersLine(that.hash, await asked(sides[1]!), await asked(sides[2]!));
    const random = seeded(SEED);
    let serial = 0;
    const load = () =>
      Array.from({ length: Math.ceil((ratePerS ?? DISTINCT_PER_S) * seconds) }, () =>
        httpRequest('/v1/track', JSON.stringify(shopEvent(random, CUSTOMERS, serial++)), WRITE_KEY),
      );
    let [madeFor, requests] = [-1, load()];
    // One more at the beginning: it warms up.
    const measured = await inTurns(sides, rounds + 1, (side, round) => {
      if (round !== madeFor) [madeFor, requests] = [round, load()];
      return measure(side, { requests, seconds, ratePerS });
    });
    const counted = measured.map((all) => all.slice(1));
    const failed = measured.flat().reduce((sum, { notOk }) => sum + notOk, 0);
    return [
      turnsTable(['floor', that.hash, mine], counted),
      '',
      `this ÷ ${that.hash}: ${ratioLine(counted[1]!, counted[2]!)} over ${rounds} rounds of ` +
        `${seconds} s, ${ratePerS === null ? 'saturated' : `${ratePerS}/s`}`,
      answers,
      `answers that were not 2xx: ${failed}`,
    ].join('\n');
  } finally {
    for (const side of sides) await side.stop();
  }
}
