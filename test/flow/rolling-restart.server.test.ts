// Two gateways on two ports and two workers, restarted in turn under load, as an upgrade does it.
// Clients keep their connections and go to the other gateway when a connection fails, and for no other
// reason: no request is answered anything but 200, every event is counted once, and history has it
// once.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type GatewayProcesses, startGatewayProcesses } from '../support/gateway-processes.ts';
import { type HttpClient, httpClient } from '../support/http-client.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { verifyHistory } from '../support/verified.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';

const CATALOG = `
catalog: clicks
features:
  clicks: { count: Clicked }
`;
const CLIENTS = 12;
const CUSTOMERS = 20;
const PARTITIONS = 16;
/** Of a client between two requests. */
const PAUSE_MS = 20;
const SEED = testSeed();

let clickhouse: WritableClickHouse;
let fleet: GatewayProcesses;
let client: HttpClient;
let workerPorts: readonly number[];
const workers: RoleProcess[] = [];
const startWorker = (index: number) => startRole('worker', workerPorts[index]!, fleet.env);
beforeAll(async () => {
  clickhouse = await startWritableClickHouse();
  fleet = await startGatewayProcesses(2, CATALOG, {
    CLICKHOUSE_URL: clickhouse.url,
    PROFFER_PARTITIONS: String(PARTITIONS),
    PROFFER_HISTORY_INTERVAL_MS: '200',
  });
  client = httpClient(fleet.writeKey, CLIENTS);
  workerPorts = await freshPorts(2);
  workers.push(...(await Promise.all([startWorker(0), startWorker(1)])));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  client?.close();
  await fleet?.stop();
  await clickhouse?.stop();
});

async function workerMetric({ url }: RoleProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** Resolves when the workers that run have so many partitions each. */
async function spreadIs(...expected: readonly number[]): Promise<void> {
  await waitFor(`partitions to be spread ${expected}`, async () => {
    const running = workers.filter(({ child }) => child.exitCode === null);
    const held = running.map((worker) => workerMetric(worker, 'proffer_history_partitions'));
    return (await Promise.all(held)).join() === expected.join();
  });
}

async function restartGateways(answered: () => number): Promise<void> {
  for (const gateway of fleet.gateways) {
    const before = answered();
    await waitFor('load', () => answered() > before + 50);
    expect(await gateway.stop()).toBe(0);
    await gateway.start();
    await waitFor(
      'work for it',
      async () => (await gateway.metric('proffer_committed_total')) > 20,
    );
  }
}

async function restartWorkers(): Promise<void> {
  await spreadIs(PARTITIONS / 2, PARTITIONS / 2);
  for (let i = 0; i < workers.length; i++) {
    expect(await workers[i]!.stop()).toBe(0);
    await spreadIs(PARTITIONS);
    const worker = await startWorker(i);
    workers[i] = worker;
    await spreadIs(PARTITIONS / 2, PARTITIONS / 2);
    const records = () => workerMetric(worker, 'proffer_history_records_total');
    await waitFor('it to write history', async () => (await records()) > 0);
  }
}

/** Rows of `events`, and how many different positions and messages they are of. */
async function eventRows(): Promise<{ n: number; once: number; messages: number }> {
  const sink = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
  const [row] = await sink.query<{ n: number; once: number; messages: number }>(
    `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(partition, ledger_id)) AS once,
            toUInt32(uniqExact(message_id)) AS messages FROM events`,
  );
  await sink.close();
  return row!;
}

it('has no failed request, and no event lost or doubled in counts or in history', async () => {
  const random = seeded(SEED);
  const refusals: string[] = [];
  const sent = new Map<string, number>();
  let reconnects = 0;
  let answered = 0;
  let isLoaded = true;
  const sendOne = async (serial: number) => {
    const userId = `c${random.below(CUSTOMERS)}`;
    sent.set(userId, (sent.get(userId) ?? 0) + 1);
    let at = random.below(2);
    for (;;) {
      try {
        const body = { userId, event: 'Clicked', messageId: `m${serial}` };
        const { status, text } = await client.post(`${fleet.gateways[at]!.url}/v1/track`, body);
        if (status !== 200) refusals.push(text);
        answered++;
        return;
      } catch {
        reconnects++;
        at = 1 - at;
      }
    }
  };
  let serial = 0;
  const load = Array.from({ length: CLIENTS }, async () => {
    while (isLoaded) {
      await sendOne(serial++);
      // Load enough, and room for what is restarted.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  });
  try {
    await restartGateways(() => answered);
    // Else nothing was restarted under anybody's feet.
    expect(reconnects).toBeGreaterThan(0);
    await restartWorkers();
  } finally {
    isLoaded = false;
    await Promise.all(load);
  }
  expect(refusals).toEqual([]);
  for (const [userId, clicks] of sent) {
    const answer = await fetch(`${fleet.gateways[0]!.url}/v1/customers/${userId}`, {
      headers: { authorization: `Bearer ${fleet.adminKey}` },
    });
    expect(((await answer.json()) as { features: object }).features).toEqual({ clicks });
  }
  const { exitCode, report } = await verifyHistory(fleet);
  expect(report).toMatch(/^verify {6}ok: /);
  expect(exitCode).toBe(0);
  expect(await eventRows()).toEqual({ n: serial, once: serial, messages: serial });
});
