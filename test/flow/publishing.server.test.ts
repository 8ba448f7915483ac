// Catalogs are published while two gateways are asked all the time: no request fails, and none has
// anything of two versions.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ComposedGateway,
  type ComposedGateways,
  composeGateways,
  type Json,
} from '../support/composed-gateways.ts';

/** The number is the offer's content. */
const catalogOf = (version: number, more = '') => `
catalog: versions
features: { clicks: { count: Clicked } }
triggers: { clicked: { on: Clicked, decide: [slot] } }
offers: { best: { treatments: { slot: { version: ${version}, clicks: "{{ clicks }}" } } } }
placements: { slot: { channel: web } }
${more}`;
const filesOf = (version: number, more = '') => [
  { path: 'catalog.yaml', text: catalogOf(version, more) },
];

let all: ComposedGateways;
let gateways: readonly [ComposedGateway, ComposedGateway];
beforeAll(async () => {
  all = await composeGateways(catalogOf(0), 2);
  gateways = all.gateways as [ComposedGateway, ComposedGateway];
});
afterAll(() => all?.stop());

const click = (gateway: ComposedGateway, userId: string) =>
  gateway.request('POST', '/v1/track', { body: { userId, event: 'Clicked' }, key: 'write' });
const versionOf = ({ json }: { json: Json }): number =>
  json.decisions[0].offers[0].treatment.version;

it('versions follow each other under load, each whole, on both gateways', async () => {
  const published = new Map<string, number>();
  published.set((await gateways[0].request('GET', '/v1/catalog')).json.hash, 0);
  const answers = new Map<string, Json[]>();
  let running = true;
  const customer = async (userId: string) => {
    const own: Json[] = [];
    answers.set(userId, own);
    for (let i = 0; running; i++) {
      const answer = await click(gateways[i % 2]!, userId);
      own.push({ status: answer.status, decision: answer.json?.decisions?.[0] });
    }
  };
  const customers = Promise.all(Array.from({ length: 8 }, (_, i) => customer(`u${i}`)));
  try {
    for (let version = 1; version <= 6; version++) {
      const [here, there] = version % 2 === 0 ? gateways : [...gateways].reverse();
      const body = { files: filesOf(version), expectedPublication: version };
      const answer = await here!.request('POST', '/v1/catalog', { body, key: 'catalog' });
      expect([answer.status, answer.json.publication]).toEqual([200, version + 1]);
      published.set(answer.json.hash, version);
      // At once where it was published, and soon where it was not.
      expect(versionOf(await click(here!, `new ${version}`))).toBe(version);
      await expect
        .poll(async () => versionOf(await click(there!, `newer ${version}`)), { interval: 20 })
        .toBe(version);
    }
  } finally {
    running = false;
    await customers;
  }
  for (const [userId, own] of answers) {
    expect(own.length).toBeGreaterThan(6);
    let last = 0;
    for (const [i, { status, decision }] of own.entries()) {
      expect([userId, i, status]).toEqual([userId, i, 200]);
      const { version, clicks } = decision.offers[0].treatment;
      // Everything of one version, never an earlier one again, and no event lost or counted twice.
      expect([published.get(decision.catalog), clicks]).toEqual([version, i + 1]);
      expect(version).toBeGreaterThanOrEqual(last);
      last = version;
    }
    expect(last).toBe(6);
  }
});

it('a large one is looked at while the gateway serves, and comes as gzip, too', async () => {
  const segments = Array.from(
    { length: 4_000 },
    (_, i) => `  s${i}: clicks >= ${i} && traits.level != "${i}" && clicks < ${i * 2 + 1}\n`,
  );
  const files = filesOf(7, `segments:\n${segments.join('')}`);
  const body = gzipSync(JSON.stringify({ files, dryRun: true }));
  const headers = { 'content-encoding': 'gzip' };
  let checked: Json = null;
  const checking = gateways[0]
    .request('POST', '/v1/catalog', { body, headers, key: 'catalog' })
    .then((answer) => {
      checked = answer;
    });
  let served = 0;
  for (; checked === null; served++) {
    expect((await click(gateways[0], 'meanwhile')).status).toBe(200);
  }
  await checking;
  expect([checked.status, checked.json.error?.faults?.[0]]).toEqual([200, undefined]);
  expect(checked.json).toMatchObject({ publication: null, unchanged: false });
  expect(served).toBeGreaterThan(10);
});

it('what nobody can publish is told so, and changes nothing', async () => {
  const before = (await gateways[0].request('GET', '/v1/catalog')).json;
  const post = async (body: unknown) => {
    const asked = { body, key: 'catalog' } as const;
    const { status, json } = await gateways[0].request('POST', '/v1/catalog', asked);
    return [status, json.error.code, json.error.path];
  };
  const file = (path: unknown, text: unknown = 'catalog: t\n') => ({ files: [{ path, text }] });
  const refused = [400, 'invalid_request'];
  for (const path of ['', '/a.yaml', '../a.yaml', 'a/../b.yaml', 'a//b.yaml', 'a\\b.yaml'].concat([
    ...['.yaml', 'a/.b.yaml', './a.yaml', 'a.txt', 'a', 'a\u0000.yaml', 'a\ud800.yaml'],
    ...[`${'a'.repeat(400)}.yaml`, 'C:\\a.yaml', 'a/'],
  ])) {
    expect([path, await post(file(path))]).toEqual([path, [...refused, 'files[0].path']]);
  }
  expect(await post(file(5))).toEqual([...refused, 'files[0].path']);
  expect(await post(file('a.yaml', 5))).toEqual([...refused, 'files[0].text']);
  expect(await post(file('a.yaml', 'catalog: "\ud800"'))).toEqual([...refused, 'files[0].text']);
  for (const [files, path] of [
    [undefined, 'files'],
    ['catalog: t', 'files'],
    [[], 'files'],
    [[null], 'files[0]'],
    [['catalog: t'], 'files[0]'],
    [[file('a.yaml').files[0], file('a.yaml').files[0]], 'files[1].path'],
    [Array.from({ length: 1_001 }, (_, i) => ({ path: `${i}.yaml`, text: '' })), 'files'],
  ] as const) {
    expect(await post({ files })).toEqual([...refused, path]);
  }
  const { files } = file('a.yaml');
  for (const [field, value] of [
    ['note', 'n'.repeat(2_001)],
    ['author', 5],
    ['expectedPublication', -1],
    ['expectedPublication', '1'],
    ['expectedPublication', 1.5],
    ['dryRun', 'yes'],
    ['force', 1],
  ] as const) {
    expect(await post({ files, [field]: value })).toEqual([...refused, field]);
  }
  expect(await post('[]')).toEqual([400, 'invalid_request', undefined]);
  expect(await post('{"files":')).toEqual([400, 'invalid_json', undefined]);
  expect(await post('')).toEqual([400, 'invalid_json', undefined]);
  for (const body of ['null', '[1]', '{"publication":0}', '{"publication":"1"}', '{']) {
    const answer = await gateways[0].request('POST', '/v1/catalog/rollback', { body });
    expect([body, answer.status]).toEqual([body, 400]);
  }
  // The limit holds for what comes out of a gzip body, too.
  const bomb = gzipSync(' '.repeat(9 * 1024 * 1024));
  const headers = { 'content-encoding': 'gzip' };
  const answer = await gateways[0].request('POST', '/v1/catalog', { body: bomb, headers });
  expect([answer.status, answer.json.error.code]).toEqual([413, 'body_too_large']);
  expect((await gateways[0].request('GET', '/v1/catalog')).json).toEqual(before);
});

const servers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap');

it.each([
  ['a catalog with faults', 'catalog: shop\noffres: {}', {}, 'offres'],
  ['a setting that is none', catalogOf(0), { PROFFER_LANE_MAX: 'many' }, 'PROFFER_LANE_MAX'],
  // Of a range that is nobody's.
  ['a host that is elsewhere', catalogOf(0), { PROFFER_HOST: '192.0.2.1' }, '192.0.2.1'],
])('gateways that %s keeps from starting leave no Redis', async (_, catalog, settings, told) => {
  const before = servers();
  await expect(composeGateways(catalog, 2, settings)).rejects.toThrow(told);
  expect(servers()).toEqual(before);
});
