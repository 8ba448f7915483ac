// A Redis that is not history's, or has lost its data: nothing of history or spool is touched.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { waitFor } from '../support/conditions.ts';
import { type Deployment, startDeployment } from './history-fixture.ts';

const MINUTE_MS = 60_000;

let at: Deployment;
let sink: HistorySink;
beforeEach(async () => {
  at = await startDeployment();
  sink = await at.openSink();
});
afterEach(async () => {
  await sink.close();
  await at.stop();
});

/** Events of the last minutes, `spanMs` from the first to the last. */
async function send(prefix: string, count: number, spanMs = 0): Promise<void> {
  const firstAtMs = Date.now() - spanMs;
  const records = Array.from({ length: count }, (_, i) => {
    const receivedAtMs = firstAtMs + (spanMs * i) / count;
    return recordText({ messageId: `${prefix}${i}`, receivedAtMs: Math.round(receivedAtMs) });
  });
  await append(at.redis, at.keys, 0, records);
}

async function inHistory(): Promise<Readonly<Record<string, number>>> {
  const rows = await sink.query<{ prefix: string; n: number }>(
    `SELECT extract(message_id, '^[a-z]+') AS prefix, toUInt32(count()) AS n FROM events
     GROUP BY prefix ORDER BY prefix`,
  );
  return Object.fromEntries(rows.map(({ prefix, n }) => [prefix, n]));
}

const claimed = () =>
  waitFor('history to be claimed', async () => {
    const rows = await sink.query<object>('SELECT id FROM deployments').catch(() => []);
    return rows.length === 1;
  });

/** Resolves with what a worker that must not run says. */
async function refusal(settings = {}): Promise<string> {
  const worker = at.openSink().then((own) => {
    let tell: (message: string) => void = () => {};
    const said = new Promise<string>((resolve) => {
      tell = resolve;
    });
    return at.startWorker(own, settings, ({ message }) => tell(message)).then(() => said);
  });
  return worker;
}

/** Redis without the counters and streams of its partitions, as if from before all events. */
async function older(): Promise<void> {
  const all = await at.redis.keys('*');
  await at.redis.del(all.filter((key) => key !== at.keys.deployment));
}

describe('a worker', () => {
  it('touches nothing of a history that another Redis filled', async () => {
    const worker = await at.startWorker(await at.openSink());
    await send('first', 50);
    await at.written();
    await claimed();
    // Not even for Redis, at the start.
    expect(at.logged.filter((line) => line.startsWith('history has to wait'))).toEqual([]);
    await worker.stop();
    await at.redis.flushall();
    await send('other', 5);
    expect(await refusal()).toMatch(/^history belongs to another deployment \(/);
    expect(await inHistory()).toEqual({ first: 50 });
  });

  it('touches nothing any more when Redis loses its data under it', async () => {
    let said = '';
    await at.startWorker(await at.openSink(), {}, ({ message }) => {
      said = message;
    });
    await send('first', 50);
    await at.written();
    await at.redis.flushall();
    await send('other', 5);
    await waitFor('the worker to notice', () => said !== '');
    expect(said).toMatch(/^Redis has lost the data that this worker began with/);
    expect(await inHistory()).toEqual({ first: 50 });
  });

  it('claims a history of an older release that nobody has claimed', async () => {
    const first = await at.startWorker(await at.openSink());
    await send('first', 50);
    await at.written();
    await claimed();
    await first.stop();
    await sink.command('TRUNCATE TABLE deployments');
    await at.startWorker(await at.openSink());
    await claimed();
    await send('second', 5);
    await at.written();
    expect(await inHistory()).toEqual({ first: 50, second: 5 });
  });

  it('goes on when Redis loses its first seconds, before history is claimed', async () => {
    let said = '';
    await at.startWorker(await at.openSink(), { durableAfterMs: 1_500 }, ({ message }) => {
      said = message;
    });
    const { deployment } = at.keys;
    await waitFor('the id', async () => (await at.redis.hget(deployment, 'id')) !== null);
    await at.redis.flushall();
    await send('second', 5);
    await claimed();
    await at.written();
    expect([said, await inHistory()]).toEqual(['', { second: 5 }]);
  });

  it('forgets the last minutes that Redis lost by itself', async () => {
    const first = await at.startWorker(await at.openSink());
    await send('first', 50, 5 * MINUTE_MS);
    await at.written();
    await first.stop();
    await older();
    await send('second', 5);
    await at.startWorker(await at.openSink());
    await at.written();
    expect(await inHistory()).toEqual({ second: 5 });
  });

  it('leaves more than that to people, however often it tries', async () => {
    const first = await at.startWorker(await at.openSink());
    await send('first', 50, 60 * MINUTE_MS);
    await at.written();
    await first.stop();
    await older();
    await send('second', 5);
    await at.startWorker(await at.openSink());
    const refused = () => at.logged.filter((line) => line.includes('of 59 minutes')).length;
    await waitFor('three tries', () => refused() >= 3);
    expect(await inHistory()).toEqual({ first: 50 });
    expect(await at.total('marked')).toBe(0);
  });
});
