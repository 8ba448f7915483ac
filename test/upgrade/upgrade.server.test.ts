// What a version wrote is read by the next: stored deployments of every version of the state's codec,
// with a customer who fills all of it. A new section needs no new version. When the format changes in
// any other way: raise its version, keep reading the old one, and record what the new one writes beside
// the old fixtures, which stay as they are:
//
//   PROFFER_WRITE_FIXTURE=1 npx vitest run test/upgrade

import { writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { composeGateway } from '../../src/compose/gateway.ts';
import { readConfig } from '../../src/config.ts';
import { newCounters } from '../../src/engine/counters.ts';
import { prepare } from '../../src/engine/program.ts';
import { view } from '../../src/engine/view.ts';
import { Blocks, TABLE_NAMES } from '../../src/ledger/ledger-rows.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { silentLog } from '../../src/ops/log.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { CODEC_VERSION } from '../../src/state/codec-version.ts';
import { readStoredValue } from '../../src/state/stored-value.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { plainState } from '../support/states.ts';
import {
  fixtureFile,
  restoreKeys,
  type StoredDeployment,
  storedDeployment,
  storedVersions,
  textOf,
} from './stored-deployment.ts';
import { ADMIN, recordVeteran } from './veteran.ts';

const CURRENT = `v${CODEC_VERSION}`;
const codec = new StateCodec();

if (process.env.PROFFER_WRITE_FIXTURE !== undefined) {
  it('records a fixture', async () => {
    const recorded = await recordVeteran();
    const { program, state } = parts(recorded);
    const stored = { ...recorded, view: view(program, state, recorded.atMs) };
    writeFileSync(fixtureFile(CURRENT), `${JSON.stringify(stored, null, 1)}\n`);
  });
}

it('has a fixture of the version in use', () => {
  expect(storedVersions).toContain(CURRENT);
});

function parts(stored: Omit<StoredDeployment, 'view'>) {
  const partition = partitionOf('veteran', stored.partitions);
  const value = stored.keys[`proffer:{${partition}}:customer:veteran`]!.value as string;
  const read = readStoredValue(codec, 'veteran', textOf(value));
  if (read.kind !== 'state') throw new Error('not a state');
  const { value: fields } = stored.keys['proffer:{catalog}:current']!;
  const catalog = new Map<string, string>();
  for (let i = 0; i < fields.length; i += 2) {
    const text = Buffer.from(fields[i + 1] as string, 'hex').toString('utf8');
    catalog.set(textOf(fields[i] as string), text);
  }
  const compiled = compileCatalog(JSON.parse(catalog.get('source')!));
  if (!compiled.ok) throw new Error('the stored catalog no longer compiles');
  const publication = Number(catalog.get('publication'));
  const program = prepare(compiled.catalog, publication, { counters: newCounters() });
  return { partition, document: textOf(value).slice(8), state: read.state, catalog, program };
}

describe.each(storedVersions)('what version %s stored', (name) => {
  const stored = storedDeployment(name);

  // An earlier one filled those of its time.
  it.runIf(name === CURRENT)('fills every section of a state', () => {
    // Names beside a customer are linked today; what earlier versions noted of them is only read.
    const { customerId, features, aliases: _, ...sections } = plainState(parts(stored).state);
    const empty = Object.entries(sections).filter(([, value]) => {
      if (value instanceof Map) return value.size === 0;
      return Array.isArray(value) ? value.length === 0 : !value;
    });
    expect(empty).toEqual([]);
    const absent = Object.entries(stored.view.features as object).filter(([, v]) => v === null);
    expect([customerId, absent]).toEqual(['veteran', []]);
    // One more than the catalog has: an orphan. A formula is not stored.
    expect([...features.keys()].length).toBe(Object.keys(stored.view.features as object).length);
  });

  it('is read as it was then', () => {
    const { state, program, catalog } = parts(stored);
    expect(JSON.parse(JSON.stringify(view(program, state, stored.atMs)))).toEqual(stored.view);
    expect(program.catalog.hash).toBe(catalog.get('hash'));
  });

  it.runIf(name === CURRENT)('is what is written today: a new format needs a new version', () => {
    const { state, document } = parts(stored);
    expect(codec.encode(plainState(state)) === document).toBe(true);
  });

  it('is read by history, every kind of record', () => {
    const blocks = new Blocks();
    for (const [key, { type, value }] of Object.entries(stored.keys)) {
      if (type !== 'stream' || !key.endsWith(':ledger')) continue;
      const partition = Number(/\{(\d+)\}/.exec(key)![1]);
      for (const [id, record] of value) {
        const text = Buffer.from(record, 'hex').toString('utf8');
        blocks.addRecord(partition, Number.parseInt(id, 10), text, stored.atMs);
      }
    }
    const rows = blocks.all().flatMap(({ table, rows: of }) => of.map((row) => ({ table, row })));
    // What tells of merges, of doors, of time, of deliveries and of items came later.
    const later = new Set<string>(
      name === CURRENT
        ? []
        : [
            ...['identity_changes', 'refused_merges', 'audit', 'due_timers', 'deliveries'],
            ...['items', 'recommendations'],
          ],
    );
    const told = rows.map(({ table }) => table).filter((table) => !later.has(table));
    expect(new Set(told)).toEqual(new Set(TABLE_NAMES.filter((table) => !later.has(table))));
    const codes = rows.map(({ row }) => JSON.parse(row).code).filter((code) => code !== undefined);
    expect(codes).toEqual(['invalid_event']);
  });

  it('is gone on with by a gateway of today', async () => {
    const redis = await startPrivateRedis();
    onTestFinished(() => redis.stop());
    const client = redis.connect();
    await restoreKeys(client, stored);
    const config = readConfig({
      ...{ PROFFER_PORT: '0', REDIS_URL: redis.socket },
      PROFFER_PARTITIONS: String(stored.partitions),
    });
    const gateway = await composeGateway(config, redis.socket, silentLog(), null);
    try {
      const url = `http://127.0.0.1:${gateway.port}/v1`;
      const ledger = `proffer:{${parts(stored).partition}}:ledger`;
      const before = await client.xlen(ledger);
      const event = {
        userId: 'veteran',
        event: 'Bought',
        properties: { category: 'c0', price: 1 },
      };
      const init = { method: 'POST', headers: ADMIN, body: JSON.stringify(event) };
      expect((await fetch(`${url}/track`, init)).status).toBe(200);
      const lastId = (await client.xrevrange(ledger, '+', '-', 'COUNT', 1))[0]![0];
      expect([await client.xlen(ledger), lastId]).toEqual([before + 1, `${before + 1}-0`]);
      const answer = await fetch(`${url}/customers/veteran`, { headers: ADMIN });
      const { features, traits, aliases } = (await answer.json()) as StoredDeployment['view'];
      const then = stored.view.features as Record<string, number>;
      expect(features).toMatchObject({
        ...{ n_count: then.n_count! + 1, n_sum: then.n_sum! + 1 },
        ...{ n_first: then.n_first, n_min: 1 },
      });
      expect(traits).toEqual(stored.view.traits);
      // With the names that are linked.
      expect(aliases).toEqual(expect.arrayContaining(stored.view.aliases as string[]));
      const isBeforeNames = name === 'v1' || name === 'v2-before-names';
      expect(aliases).toContain(isBeforeNames ? 'anonymous:a1' : 'anonymous:a0');
    } finally {
      await gateway.stop();
    }
  });
});
