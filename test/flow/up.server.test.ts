// `proffer up` as a user meets it: starts, stops, restarts and the faults of a start, on the real
// product. Supervision in detail is tested with stand-ins in test/ops.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { eventsOf, query } from '../support/history-rows.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { descendants, runningProcesses } from '../support/process-tree.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { verifyHistory } from '../support/verified.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let proffer: ProfferProcess;
beforeAll(async () => {
  proffer = await startProffer({
    PROFFER_GATEWAYS: '2',
    PROFFER_LEASE_TTL_MS: '1500',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    // A stop is asked for all of history, however slow the machine is.
    PROFFER_DRAIN_DEADLINE_MS: '60000',
  });
});
afterAll(() => proffer?.dispose());

const track = (userId: string, messageId: string) =>
  proffer.request('POST', '/v1/track', {
    body: { userId, event: 'Points Earned', messageId, properties: { points: 1_200 } },
  });

async function shown(userId: string) {
  const { body } = await proffer.request('GET', `/v1/customers/${userId}`, {
    key: proffer.adminKey,
  });
  return body as { features?: { points: unknown }; lastEvents: unknown };
}

async function points(userId: string): Promise<unknown> {
  return (await shown(userId)).features?.points;
}

/** Every process of it, the supervisor too. */
const pids = () => new Set([proffer.pid, ...descendants(proffer.pid).map(({ pid }) => pid)]);
const isGone = (all: ReadonlySet<number>) => runningProcesses().every(({ pid }) => !all.has(pid));

describe('a service', () => {
  it('can be asked everything as soon as it is ready', async () => {
    expect(await query(proffer, 'SELECT toUInt32(count()) AS n FROM events')).toEqual([{ n: 0 }]);
    expect((await track('u1', 'm1')).status).toBe(200);
    expect(await points('u1')).toBe(1_200);
    expect(await eventsOf(proffer, 'u1', 1)).toHaveLength(1);
    const properties = { points: 1_200 };
    expect((await shown('u1')).lastEvents).toEqual([
      { at: expect.any(String), type: 'track', event: 'Points Earned', label: null, properties },
    ]);
  });

  it('goes on when it is hung up, all of it', async () => {
    const all = pids();
    const before = proffer.output().length;
    for (const pid of all) {
      // Redis takes a hang-up for nothing, too.
      process.kill(pid, 'SIGHUP');
    }
    await waitFor('a word of each role', () => {
      const said = proffer.output().slice(before).split('SIGHUP: going on').length - 1;
      return said === ['up', 'worker', 'gateway 1', 'gateway 2'].length;
    });
    expect((await track('hung-up', 'm1')).status).toBe(200);
    expect(pids()).toEqual(all);
  });

  it('ends with everything it started at SIGTERM, and goes on where it was', async () => {
    // What was acknowledged right before is history's by the end of the drain.
    await Promise.all(Array.from({ length: 50 }, (_, i) => track('late', `m${i}`)));
    const all = pids();
    expect(await proffer.stop('SIGTERM')).toBe(0);
    expect(isGone(all)).toBe(true);
    const startedAtMs = performance.now();
    await proffer.restart();
    console.log(`ready again after ${Math.round(performance.now() - startedAtMs)} ms`);
    const rows = "SELECT toUInt32(count()) AS n FROM events WHERE customer_id = 'late'";
    expect(await query(proffer, rows)).toEqual([{ n: 50 }]);
    expect(await points('late')).toBe(60_000);
    const again = await track('late', 'm49');
    expect(again.body).toMatchObject({ success: true, duplicate: true });
    expect(await points('late')).toBe(60_000);
  });

  it.each(['main.js gateway', 'main.js worker', 'redis-server'])(
    'is whole again after kill -9 of its %s',
    async (word) => {
      const killed = proffer.processes(word).map(({ pid }) => pid);
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      const others = () => proffer.processes(word).filter(({ pid }) => !killed.includes(pid));
      await waitFor('others', () => others().length === killed.length);
      const id = `after-${word.replaceAll(/\W/g, '-')}`;
      await waitFor('an acknowledged event', async () => (await track(id, 'm')).status === 200);
      await waitFor('it in history', async () => (await eventsOf(proffer, id, 1, 0)).length === 1);
    },
  );

  it('has in history after all that what is in its ledger', async () => {
    const { report } = await verifyHistory(proffer);
    expect(report).toContain('verify      ok');
  });

  it('has the catalog that decides in history, once, after all these starts', async () => {
    const found = await query(
      proffer,
      `SELECT toUInt32(publication) AS publication, name, notEmpty(files) AS has_files FROM catalogs`,
    );
    expect(found).toEqual([{ publication: 1, name: 'retail', has_files: 1 }]);
  });

  it('ends whole when its supervisor is killed, and starts again', async () => {
    await track('orphan', 'm');
    const all = pids();
    expect(await proffer.stop('SIGKILL')).toBe('SIGKILL');
    await waitFor('the end of all', () => isGone(all));
    await proffer.restart();
    expect(await eventsOf(proffer, 'orphan', 1)).toHaveLength(1);
    const { report } = await verifyHistory(proffer);
    expect(report).toContain('verify      ok');
  });

  it('is taken over by the next start when lifeline and supervisor are killed', async () => {
    await track('heir', 'm');
    const all = pids();
    const lifeline = proffer.processes('lifeline')[0]!.pid;
    process.kill(lifeline, 'SIGSTOP');
    await proffer.stop('SIGKILL');
    process.kill(lifeline, 'SIGKILL');
    await proffer.restart();
    await waitFor('the end of all', () => isGone(all));
    expect(await points('heir')).toBe(1_200);
    expect(await eventsOf(proffer, 'heir', 1)).toHaveLength(1);
  });

  it('is not disturbed by a second one on its data, which says so', async () => {
    const [port, sqlPort] = await freshPorts(2);
    const second = await refused({
      ...proffer.env,
      PROFFER_PORT: String(port),
      PROFFER_SQL_PORT: String(sqlPort),
    });
    expect(second).toMatch(/^proffer: .*in use by process \d+/);
    expect((await track('undisturbed', 'm')).status).toBe(200);
  });

  it('is not disturbed by a second one on its ports, which says so', async () => {
    const other = await mkdtemp(join(tmpdir(), 'proffer-other-'));
    const second = await refused({ ...proffer.env, PROFFER_DATA_DIR: other });
    expect(second).toContain(`port ${new URL(proffer.url).port} on 127.0.0.1 is in use`);
    await rm(other, { recursive: true });
    expect((await track('undisturbed', 'n')).status).toBe(200);
  });
});

describe('a start that cannot be is one line and exit code 1', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proffer-refused-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  let data = 0;
  const fresh = (env: Record<string, string>) => ({
    ...proffer.env,
    PROFFER_PORT: '0',
    PROFFER_SQL_PORT: '0',
    PROFFER_DATA_DIR: join(folder, `data-${data++}`),
    ...env,
  });

  it('when the analyst port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const line = await refused(fresh({ PROFFER_SQL_PORT: String(port) }));
    expect(line).toMatch(new RegExp(`^proffer: port ${port} on 127.0.0.1 is in use.*SQL_PORT`));
    await new Promise((resolve) => taken.close(resolve));
  });

  it('when the catalog is not there', async () => {
    const line = await refused(fresh({ PROFFER_CATALOG: join(folder, 'nowhere') }));
    expect(line).toMatch(/^proffer: .*nowhere/);
  });

  it('when the catalog is wrong, with all its faults', async () => {
    const catalog = join(folder, 'wrong.yaml');
    await writeFile(catalog, 'catalog: x\ntriggers:\n  t: { on: E, decide: nowhere }\n');
    const text = await refused(fresh({ PROFFER_CATALOG: catalog }), 2);
    expect(text).toMatch(/wrong\.yaml:3:\d+/);
  });

  it('when there is no Redis to be had', async () => {
    const path = join(folder, 'path');
    await mkdir(path);
    await symlink(process.execPath, join(path, 'node'));
    expect(await refused(fresh({ PATH: path }))).toMatch(
      /^proffer: redis-server is not on the PATH/,
    );
    // One that is away is waited for; one that lets nobody in is not.
    const shut = await startPrivateRedis();
    try {
      await shut.connect().config('SET', 'requirepass', 'secret');
      const line = await refused(fresh({ REDIS_URL: shut.socket }));
      expect(line).toMatch(/^proffer: Redis does not answer at .*NOAUTH/);
    } finally {
      await shut.stop();
    }
  });

  it('when the data directory cannot be made', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await refused(fresh({ PROFFER_DATA_DIR: join(file, 'data') }))).toMatch(/^proffer: /);
  });

  it('when a setting is no value for it', async () => {
    expect(await refused(fresh({ PROFFER_GATEWAYS: 'many', PROFFER_PORT: '99999' }))).toMatch(
      /^proffer: configuration: PROFFER_PORT: .*; PROFFER_GATEWAYS: /,
    );
  });

  // The last one: it stops the service.
  it('when the data have another number of partitions', async () => {
    await proffer.stop();
    const line = await refused({ ...proffer.env, PROFFER_PARTITIONS: '16' });
    expect(line).toMatch(/^proffer: .*64.*16|^proffer: .*16.*64/);
  });
});

const starting: ChildProcess[] = [];
afterEach(() => {
  for (const child of starting.splice(0)) child.kill('SIGKILL');
});

/** Starts `up`, which must end with exit code 1; what it wrote that is no log, and leaves nothing. */
async function refused(env: Readonly<Record<string, string>>, linesMax = 1): Promise<string> {
  const child = spawn(process.execPath, [MAIN, 'up'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  starting.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  const said = output.split('\n').filter((line) => line !== '' && !line.startsWith('{"level"'));
  expect([exitCode, output]).toEqual([1, expect.stringContaining('proffer: ')]);
  expect(said.length, output).toBeLessThanOrEqual(linesMax);
  const left = runningProcesses().filter(
    ({ commandLine }) =>
      commandLine.includes(env.PROFFER_DATA_DIR!) && env.PROFFER_DATA_DIR !== proffer.dataDirectory,
  );
  expect(left).toEqual([]);
  return said.join('\n');
}
