// `proffer items import` into a running service, as a shop and a job that runs each night use it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ItemsImportOptions, importItemFiles } from '../../src/commands/items-import.ts';
import { readConfig } from '../../src/config.ts';
import {
  type ComposedGateway,
  type ComposedGateways,
  composeGateways,
} from '../support/composed-gateways.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { run } from './answering-service.ts';

const ITEMS_MAX = 1_500;

let service: ComposedGateways;
let gateway: ComposedGateway;
beforeAll(async () => {
  service = await composeGateways('catalog: shop\n', 1, { PROFFER_ITEMS_MAX: String(ITEMS_MAX) });
  gateway = service.gateways[0]!;
});
afterAll(() => service.stop());

/** Exit code, the counts of `--json`, and what was said. */
async function imports(content: string, options: ItemsImportOptions = {}) {
  const path = join(freshDirectory(), 'items.csv');
  writeFileSync(path, content);
  const config = readConfig({ PROFFER_CATALOG_KEY: 'catalog-key-of-the-test' });
  const { code, out, err } = await run((to) =>
    importItemFiles(config, [path], { url: gateway.url, json: true, ...options }, to),
  );
  return { code, counts: JSON.parse(out), said: err.split('\n').slice(1, -1) };
}

const item = async (itemId: string) => (await gateway.request('GET', `/v1/items/${itemId}`)).json;
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `p${from + i},Item ${from + i},${i},red\n`).join('');

it('declares what is in a file, in calls of 500, and the same again when it is sent again', async () => {
  const content = `id,title,price,colour\n${rows(0, 600)}bad,,gratis,\n${rows(600, 600)}p0,Zero,5,blue\n`;
  for (let times = 0; times < 2; times++) {
    expect(await imports(content)).toEqual({
      code: 1,
      counts: { rows: 1_202, items: 1_201, unusable: 1, stopped: null, dryRun: false, retries: 0 },
      said: ["line 602: 'price': 'gratis' is no price"],
    });
    expect(await item('p599')).toEqual({
      ...{ itemId: 'p599', name: 'Item 599', price: 599, inStock: true },
      properties: { colour: 'red' },
    });
    // Of what is there twice the last counts.
    expect(await item('p0')).toMatchObject({ name: 'Zero', price: 5 });
  }
  expect(await imports(`id,title\n${rows(0, 0)}p1,One\n`)).toMatchObject({ code: 0, said: [] });
  expect(await item('p1')).toEqual({ itemId: 'p1', name: 'One', inStock: true });
});

it('stops where the service has as many items as it may, and says where', async () => {
  const { code, counts, said } = await imports(`id,title,price,colour\n${rows(1_000, 1_000)}`);
  expect([code, counts.items, said]).toEqual([1, 500, []]);
  expect(counts.stopped).toMatch(
    /items\.csv, line 502: .*PROFFER_ITEMS_MAX\); nothing from here on is in$/,
  );
  expect(await item('p1499')).toMatchObject({ name: 'Item 1499' });
  expect((await item('p1500')).error.code).toBe('unknown_item');
});

it('says which key it needs', async () => {
  await expect(imports('id\np1\n', { key: 'nobody’s'.slice(0, 6) })).rejects.toThrow(
    'does not take this key',
  );
  const { code, counts } = await imports('id\np1\n', { key: 'write-key-of-the-test' });
  expect([code, counts.items]).toEqual([1, 0]);
  expect(counts.stopped).toMatch(/key/);
});
