// What really happens to such a service, and what it gets wrong then, counted: a customer who is
// everywhere at once, clients that send again, processes that are killed, batches with a bad event.

import { type Contender, FLASH_CAP } from './contender.ts';
import { deliver } from './deliver.ts';
import { seeded } from './events.ts';

export interface ScenarioSize {
  readonly concurrent: number;
  readonly duplicates: number;
  readonly kills: number;
  readonly batches: number;
}

/** A mistake by what it is, and how often it was made. */
export type Mistakes = Readonly<Record<string, number>>;

const SEED = 7;
const SENDERS = 64;
const BATCH_EVENTS = 20;

export async function mistakesOf(contender: Contender, size: ScenarioSize): Promise<Mistakes> {
  return {
    ...(await oneCustomer(contender, size.concurrent)),
    ...(await duplicates(contender, size.duplicates)),
    ...(await kills(contender, size.kills)),
    ...(await batches(contender, size.batches)),
  };
}

const flash = (userId: string, messageId: string) => ({
  ...{ userId, messageId, event: 'Flash Seen' },
  properties: { category: 'flash' },
});

/** All at once, over both processes. */
async function oneCustomer(contender: Contender, count: number): Promise<Mistakes> {
  const sent = Array.from({ length: count }, (_, i) =>
    deliver(contender, '/v1/track', flash('everywhere', `one-${i}`), i),
  );
  const shown = (await Promise.all(sent)).flatMap(({ offerIds }) => offerIds).length;
  const { events, likes } = await contender.customer('everywhere');
  const of = `${count} concurrent events of one customer`;
  return {
    [`${of}: not counted, or counted twice`]: Math.abs(count - events),
    [`${of}: affinity updates lost`]: count - Math.round(likes),
    [`${of}: offers shown over the cap of ${FLASH_CAP}`]: Math.max(0, shown - FLASH_CAP),
    [`${of}: offers due and not shown`]: Math.max(0, Math.min(FLASH_CAP, count) - shown),
  };
}

/** Each message twice at once, at two processes, and once more when it was answered. */
async function duplicates(contender: Contender, count: number): Promise<Mistakes> {
  let counted = 0;
  let answered = 0;
  const ofOne = async (i: number) => {
    const send = (first: number) =>
      deliver(contender, '/v1/track', flash(`twice-${i}`, `two-${i}`), first);
    const answers = await Promise.all([send(0), send(1)]);
    answers.push(await send(i));
    if (answers.some(({ offerIds }) => offerIds.length !== 1)) answered++;
    const { events } = await contender.customer(`twice-${i}`);
    counted += Math.abs(events - 1);
  };
  await inTurns(count, ofOne);
  const ledger = await contender.ledger();
  const twice = [...ledger].filter(([id, times]) => id.startsWith('two-') && times > 1);
  const of = `${count} messages sent three times`;
  return {
    [`${of}: counted again, or not at all`]: counted,
    [`${of}: in the ledger again`]: twice.length,
    [`${of}: another answer than the first`]: answered,
  };
}

/** Senders go on while one process after the other is killed at random moments. */
async function kills(contender: Contender, count: number): Promise<Mistakes> {
  const random = seeded(SEED);
  const acknowledged = new Set<string>();
  const perSender: number[] = [];
  let isOver = false;
  const sender = async (_: unknown, n: number) => {
    let i = 0;
    for (; !isOver; i++) {
      const id = `kill-${n}-${i}`;
      await deliver(contender, '/v1/track', flash(`killed-${n}`, id), n);
      acknowledged.add(id);
    }
    perSender[n] = i;
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, sender));
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100 + 300 * random()));
    await contender.killAndRestart(i % contender.servers.length);
  }
  isOver = true;
  await senders;
  const ledger = await contender.ledger();
  let missing = 0;
  let surplus = 0;
  for (let n = 0; n < SENDERS; n++) {
    const events = (await contender.customer(`killed-${n}`)).events;
    missing += Math.max(0, perSender[n]! - events);
    surplus += Math.max(0, events - perSender[n]!);
  }
  const of = `${count} × kill -9 under load`;
  return {
    [`${of}: acknowledged and not counted`]: missing,
    [`${of}: counted twice`]: surplus,
    [`${of}: acknowledged and not in the ledger`]: [...acknowledged].filter((id) => !ledger.has(id))
      .length,
    [`${of}: in the ledger twice`]: [...ledger].filter(
      ([id, times]) => id.startsWith('kill-') && times > 1,
    ).length,
  };
}

/** One event of each batch can never be accepted. */
async function batches(contender: Contender, count: number): Promise<Mistakes> {
  const ofOne = async (n: number) => {
    const batch: object[] = Array.from({ length: BATCH_EVENTS }, (_, i) => ({
      type: 'track',
      ...flash(`batch-${n}`, `batch-${n}-${i}`),
    }));
    batch[n % BATCH_EVENTS] = { type: 'track', userId: `batch-${n}`, event: 7 };
    await deliver(contender, '/v1/batch', { batch }, n);
  };
  await inTurns(count, ofOne);
  const ledger = await contender.ledger();
  const good = count * (BATCH_EVENTS - 1);
  const kept = [...ledger.keys()].filter((id) => id.startsWith('batch-')).length;
  return {
    [`${count} batches of ${BATCH_EVENTS} with a bad event: good events lost`]: good - kept,
  };
}

/** Some at a time. */
async function inTurns(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
