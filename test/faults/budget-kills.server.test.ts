// Gateways are killed with SIGKILL at random moments while clients ask for what there is little of, and
// send again what was not acknowledged: of each budget exactly as much is given as there is, whoever
// counts it: callers, Redis or history. What is left when the killing ends is given to the last unit.
//
//   PROFFER_FAULT_KILLS=50 PROFFER_TEST_SEED=… npm test -- test/faults/budget-kills

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OfferReport } from '../../src/budgets/budget-report.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { verifyHistory } from '../support/verified.ts';

const KILLS = Number(process.env.PROFFER_FAULT_KILLS ?? 4);
const SEED = testSeed();
const CLIENTS = 24;
const PAUSE_MS_MAX = 10;
const KINDS = ['grants', 'daily', 'paid'] as const;
type Kind = (typeof KINDS)[number];

/** More than is asked for before the last kill, so that every kill finds something left. */
const MANY = 100 * (KILLS + 1);
const MOST: Readonly<Record<Kind, number>> = { grants: MANY, daily: MANY, paid: 3 * MANY };
const offer = (kind: Kind, budget: string) =>
  `  ${kind}: { eligibility: "context.kind == '${kind}'", budget: ${budget}, treatments: { desk: {} } }\n`;
/** Where it is noon now: no day ends while this runs. */
function noonZone(): string {
  const ahead = 12 - new Date().getUTCHours();
  return ahead === 0 ? 'UTC' : ahead > 0 ? `Etc/GMT-${ahead}` : `Etc/GMT+${-ahead}`;
}
const CATALOG = `catalog: budgets
timezone: ${noonZone()}
offers:
${offer('grants', `{ grants: ${MOST.grants} }`)}${offer('daily', `{ per_day: ${MOST.daily} }`)}${offer('paid', `{ money: ${MOST.paid}, each: "context.cost" }`)}  consolation: { value: 0.1, treatments: { desk: {} } }
placements: { desk: { channel: pos } }
`;

let proffer: ProfferProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  proffer = await startProffer({
    PROFFER_CATALOG: folder,
    PROFFER_GATEWAYS: '3',
    PROFFER_PARTITIONS: '8',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('gives of each budget exactly what there is, however often gateways are killed', async () => {
  const random = seeded(SEED);
  /** What callers were told they have. */
  const given: Record<Kind, number> = { grants: 0, daily: 0, paid: 0 };
  let questions = 0;
  let answered = 0;
  let resent = 0;
  let killing = true;

  /** Sends a question until it is acknowledged. @returns what it gave of the budget */
  const ask = async (kind: Kind, cost: number): Promise<number> => {
    const id = questions++;
    // Some come back, so that their states are met by several gateways.
    const userId = random() < 0.3 ? `u${random.below(40)}` : `v${id}`;
    const context = { kind, cost };
    const body = { userId, placements: ['desk'], messageId: `q${id}`, context };
    for (;;) {
      const decision = await decided(body);
      if (decision !== null) {
        answered++;
        const [first] = decision.offers;
        // What was acknowledged to nobody may be long forgotten; then history alone knows.
        const amount = first?.offerId === kind ? (kind === 'paid' ? cost : 1) : 0;
        given[kind] += amount;
        return amount;
      }
      resent++;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const client = async (): Promise<void> => {
    while (killing) {
      await ask(random.pick(KINDS), 1 + random.below(5));
      await new Promise((resolve) => setTimeout(resolve, random() * PAUSE_MS_MAX));
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  for (let kill = 0; kill < KILLS; kill++) {
    const enough = answered + 50 + random.below(200);
    await waitFor('progress', () => answered >= enough);
    await new Promise((resolve) => setTimeout(resolve, random() * 50));
    const gateways = proffer.processes('main.js gateway');
    const all = random() < 0.25;
    for (const { pid } of all ? gateways : gateways.slice(0, 1)) process.kill(pid, 'SIGKILL');
  }
  killing = false;
  await Promise.all(clients);
  console.log(`${questions} questions, ${resent} sent again, ${KILLS} kills`, given);
  expect(resent).toBeGreaterThan(0);

  // All at once, and to the end: the last units are in partitions of which nobody asks.
  for (const kind of KINDS) {
    const left = () => used(kind).then((is) => MOST[kind] - is);
    while ((await left()) > 10) await Promise.all(Array.from({ length: 24 }, () => ask(kind, 1)));
    for (let rest = await left(); rest > 0; rest--) {
      // At once, as a rule; on a machine that stands still a draw may be late, and the next is not.
      await waitFor(`${rest} of ${kind}`, async () => (await ask(kind, 1)) === 1, 10_000);
    }
    expect([kind, await ask(kind, 1), await ask(kind, 1)]).toEqual([kind, 0, 0]);
    expect([kind, await used(kind)]).toEqual([kind, MOST[kind]]);
  }

  const { report } = await verifyHistory(proffer);
  expect(report).toContain('verify      ok');
  const rows = await query<{ offer: string; n: number; spent: number; twice: number }>(
    proffer,
    `SELECT offer, toUInt32(count()) AS n, toFloat64(sum(spent)) AS spent,
            toUInt32(count() - uniqExact(decision_id)) AS twice
     FROM decisions ARRAY JOIN grants.offer_id AS offer, grants.spent AS spent
     GROUP BY offer ORDER BY offer`,
  );
  const inHistory = Object.fromEntries(
    rows.map(({ offer, n, spent }) => [offer, offer === 'paid' ? spent : n]),
  );
  expect(inHistory).toEqual(MOST);
  expect(rows.map(({ twice }) => twice)).toEqual([0, 0, 0]);
  // An answer is kept for a repetition as long as eight later ones of its customer.
  for (const kind of KINDS) expect(given[kind]).toBeLessThanOrEqual(MOST[kind]);
}, 600_000);

/** What Redis counts as used. */
async function used(kind: Kind): Promise<number> {
  // A gateway that was killed may not be back yet.
  const { body } = await waitFor('budgets', async () => {
    const answer = await proffer.request('GET', '/v1/budgets', { key: proffer.adminKey });
    return answer.status === 503 ? null : answer;
  });
  const { budgets } = body as { readonly budgets: readonly OfferReport[] };
  const { grants, perDay, money } = budgets.find(({ offerId }) => offerId === kind)!;
  return (grants ?? perDay ?? money)!.used;
}

interface Decided {
  readonly offers: readonly { readonly offerId: string }[];
}

/** The decision; null where it was not acknowledged. */
async function decided(question: object): Promise<Decided | null> {
  let answer: Awaited<ReturnType<ProfferProcess['request']>>;
  try {
    answer = await proffer.request('POST', '/v1/decide', { body: question });
  } catch {
    return null;
  }
  if (answer.status === 503) return null;
  expect(answer.status).toBe(200);
  return (answer.body as { readonly decisions: readonly Decided[] }).decisions[0]!;
}
