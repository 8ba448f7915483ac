// A worker steps and commits as a gateway does: the core without a port, beside the tasks of history, on
// the customers that a gateway serves at the same time.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DecisionCore, openDecisionCore } from '../../src/compose/decision-core.ts';
import { openDeployment } from '../../src/compose/deployment.ts';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { SetupFault } from '../../src/errors.ts';
import type { Submission } from '../../src/model/step.ts';
import { silentLog } from '../../src/ops/log.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { opening } from '../../src/ops/opened.ts';
import { type Deployment, startDeployment } from '../history/history-fixture.ts';
import { PARTITIONS, PREFIX } from '../history/worker-settings.ts';

const CATALOG = `
catalog: core
features: { views: { count: Viewed } }
triggers: { third: { on: Viewed, when: views >= 3, decide: web } }
offers: { once: { caps: [{ max: 1 }], treatments: { web: { n: "{{ views }}" } } } }
placements: { web: {} }
`;

let at: Deployment;
let config: Config;
let folder: string;
const log = silentLog();
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  at = await startDeployment();
  folder = await mkdtemp(join(tmpdir(), 'proffer-core-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  config = readConfig({
    ...{ REDIS_URL: at.redisUrl, PROFFER_PREFIX: PREFIX, PROFFER_PARTITIONS: String(PARTITIONS) },
    PROFFER_CATALOG: join(folder, 'catalog.yaml'),
  });
});
afterAll(async () => {
  for (const close of closing) await close();
  await at?.stop();
  await rm(folder, { recursive: true, force: true });
});

function openCore(): Promise<DecisionCore> {
  return opening(async (opened) => {
    closing.push(() => opened.close());
    const deployment = await openDeployment(config, at.redisUrl, log);
    opened.add(() => deployment.connection.close());
    return openDecisionCore(config, deployment, log, createMetrics(), opened);
  });
}

function viewed(i: number, nowMs: number): Submission {
  return {
    stimulus: {
      kind: 'event',
      event: {
        ...{ type: 'track', name: 'Viewed', label: 'Viewed', userId: 'u1', anonymousId: null },
        ...{ timestampMs: nowMs, properties: { i }, traits: {}, context: {} },
      },
      outcome: null,
    },
    ...{ customerId: 'u1', messageId: `m${i}`, nowMs, receivedAtMs: nowMs },
    ...{ live: true, decide: true, record: true },
  };
}

it('is not opened without a catalog', async () => {
  await expect(openCore()).rejects.toThrow(SetupFault);
});

it('counts every event once and keeps a cap, whichever process steps', async () => {
  await prepareDeployment(config, at.redisUrl, { writeKey: undefined, adminKey: undefined }, log);
  const cores = [await openCore(), await openCore()];
  const sink = await at.openSink();
  await at.startWorker(sink);
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      const core = cores[i % 2]!;
      return core.pipeline.submit(viewed(i, core.clock.nowMs()));
    }),
  );
  expect(results.filter(({ kind }) => kind !== 'done')).toEqual([]);
  const given = results.flatMap((result) => (result.kind === 'done' ? result.decisions : []));
  expect(given.filter(({ offers }) => offers.length > 0)).toHaveLength(1);
  expect(cores.map((core) => core.notReady())).toEqual([null, null]);
  const kept = await cores[0]!.states.inspect('u1');
  expect(kept).toMatchObject({ kind: 'state', state: { records: 200 } });
  await at.written();
  const reader = await at.openSink();
  const [row] = await reader.query<{ n: number; messages: number }>(
    'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS messages FROM events',
  );
  await reader.close();
  expect(row).toEqual({ n: 200, messages: 200 });
});
