// `proffer verify` as an operator runs it beside `proffer up`: differences made by hand, seen, repaired;
// killed in the middle and resumed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writingSocket } from '../../src/history/analyst/writing-socket.ts';
import { openClickHouseSink } from '../../src/history/sinks/clickhouse-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { waitFor } from '../support/conditions.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const EVENTS = 60;
const SYNC = 'SETTINGS mutations_sync = 2';

let proffer: ProfferProcess;
let history: HistorySink;
beforeAll(async () => {
  proffer = await startProffer({
    // A pass is four of them.
    PROFFER_PARTITIONS: '8',
    PROFFER_HISTORY_INTERVAL_MS: '50',
    PROFFER_REDIS_FSYNC: 'always',
    // What is repaired is read from the ledger, however long the tests take to come to it.
    PROFFER_TRIM_DELAY_MS: '3600000',
  });
  history = openClickHouseSink({
    ...{ url: 'http://worker', socketPath: writingSocket(proffer.dataDirectory) },
    deadlineMs: 30_000,
  });
  for (let i = 0; i < EVENTS; i++) {
    const body = {
      userId: `u${i % 5}`,
      event: 'Points Earned',
      messageId: `m${i}`,
      properties: { points: 1 },
    };
    expect((await proffer.request('POST', '/v1/track', { body })).status).toBe(200);
  }
  expect((await verify()).exitCode).toBe(0);
});
afterAll(async () => {
  await history?.close();
  await proffer?.dispose();
});

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, 'verify', ...args], {
    env: proffer.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function verify(...args: string[]): Promise<{ exitCode: number; text: string }> {
  const child = start(...args);
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (bytes) => {
      text += bytes;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode: exitCode as number, text };
}

it('waits for a worker that has just died', async () => {
  for (const { pid } of proffer.processes('main.js worker')) process.kill(pid, 'SIGKILL');
  expect((await verify()).exitCode).toBe(0);
});

it('says what it would do, does it beside the running worker, and exits by what remains', async () => {
  await history.command(`ALTER TABLE events DELETE WHERE message_id IN ('m3', 'm8') ${SYNC}`);
  await history.command("INSERT INTO events SELECT * FROM events WHERE message_id = 'm4'");
  await history.command('INSERT INTO events (partition, ledger_id) VALUES (2, 700)');
  const planned = await verify('--repair', '--dry-run');
  expect(planned.exitCode).toBe(1);
  expect(planned.text).toContain('would insert it from the ledger: missing row');
  expect(planned.text).toContain('would remove it: never written: record 700 of partition 2');
  const repaired = await verify('--repair');
  expect(repaired.text).toMatch(/repair {6}partition 2: 0 rows inserted, 1 removed/);
  expect(repaired.text).toMatch(/verify {6}ok: /);
  expect(repaired.exitCode).toBe(0);
  const [events] = await history.query<{ n: number; once: number }>(
    'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS once FROM events',
  );
  expect(events).toEqual({ n: EVENTS, once: EVENTS });
  expect((await verify()).text).toContain('verify      ok');
});

it('names a customer whose state was lost, and does not repair it', async () => {
  const redis = new Redis({ path: join(proffer.dataDirectory, 'redis.sock') });
  const [key = ''] = await redis.keys('*:customer:u0');
  const state = await redis.dumpBuffer(key);
  await redis.del(key);
  const { exitCode, text } = await verify('--repair');
  await redis.restore(key, 0, state);
  redis.disconnect();
  expect(exitCode).toBe(1);
  expect(text).toMatch(
    /customer "u0" of partition \d+: the state counts 0 records, history has 12/,
  );
  expect(text).not.toContain('repair      partition');
});

it('goes on after kill -9 where it was', async () => {
  const kept = join(proffer.dataDirectory, 'verify.json');
  const child = start();
  const ended = once(child, 'exit');
  await waitFor('a pass to be done', () => existsSync(kept) || child.exitCode !== null);
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(kept)).toBe(true);
  const { exitCode, text } = await verify('--resume');
  expect(text).toMatch(/resumed: begun at \d{4}-/);
  expect(text).toContain(`verify      ok: ${EVENTS} ledger records in 8 partitions`);
  expect(exitCode).toBe(0);
  expect(existsSync(kept)).toBe(false);
});

it('looks at a sample that the printed seed draws again', async () => {
  const { text } = await verify('--sample', '25%');
  const seed = /in 2 partitions of 8 \(seed (\d+)\)/.exec(text)?.[1];
  const again = await verify('--sample', '25%', '--seed', seed ?? '');
  expect(again.text).toBe(text);
  expect((await verify('--sample', '0%')).text).toContain('--sample takes a part like 5%');
});
