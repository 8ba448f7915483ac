// PROFFER_PUBLISH=watch on real files and a real Redis: what is saved is published whole or not at all,
// and what is wrong is printed as `catalog validate` prints it.

import {
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CatalogVersions, catalogVersions } from '../../src/compose/catalog-versions.ts';
import { CatalogWatch } from '../../src/compose/catalog-watch.ts';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createLog, type Log, silentLog } from '../../src/ops/log.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { waitFor } from '../support/conditions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { startRole } from '../support/role-process.ts';

let redis: PrivateRedis;
let connection: RedisConnection;
let versions: CatalogVersions;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

let folder: string;
let config: Config;
let watch: CatalogWatch;
/** What was printed, log lines among it. */
let printed: string;
beforeEach(async () => {
  await redis.connect().flushall();
  folder = join(freshDirectory(), 'shop');
  mkdirSync(folder);
  save('catalog.yaml', 'catalog: shop\n');
  save('offers.yaml', offers(1));
  config = readConfig({ REDIS_URL: redis.socket, PROFFER_CATALOG: folder });
  versions = catalogVersions({
    connection,
    keys: new Keys(config.PROFFER_PREFIX, config.PROFFER_PARTITIONS),
  });
  await start();
});
afterEach(() => watch.stop());

async function start(): Promise<void> {
  printed = '';
  const write = (text: string) => {
    printed += text;
  };
  const log: Log = createLog({ name: 'up', level: 'info', format: 'lines', sink: { write } });
  watch = new CatalogWatch(config, () => redis.socket, log, { stderr: { write } });
  const keys = { writeKey: undefined, adminKey: undefined };
  await prepareDeployment(config, redis.socket, keys, silentLog());
  watch.begin();
}

const offers = (value: number) => `offers: { o: { value: ${value} } }\n`;
const save = (file: string, text: string) => writeFileSync(join(folder, file), text);

/** Waits until this is what is current. */
const published = (text: string) =>
  waitFor(`"${text}" to be published, not:\n${printed}`, async () => {
    const files = (await versions.read())?.content ?? [];
    return files.some((file) => file.text.includes(text)) && files;
  });
const print = (text: string) => waitFor(`"${text}" in:\n${printed}`, () => printed.includes(text));
const publication = async () => (await versions.latest())?.publication;

it('publishes what is saved, and says what changed and what is most likely not meant', async () => {
  save('offers.yaml', offers(2));
  await published('value: 2');
  await print(`publication 2 is ${folder}: changed offer o (value 1 → 2)`);
  expect(printed).toContain(`${join(folder, 'offers.yaml')}:1:11: warning: offers.o: `);
  save('more.yaml', 'offers: { p: { value: 7 } }\n');
  await published('value: 7');
  unlinkSync(join(folder, 'more.yaml'));
  await print('removed offer p');
  expect(await publication()).toBe(4);
});

it('prints faults, publishes nothing then, and what is mended once it is', async () => {
  save('offers.yaml', 'offers: { o: { valeu: 2 } }\n');
  await print(`${join(folder, 'offers.yaml')}:1:16: offers.o.valeu: `);
  await print(`${folder} is not published: 1 fault`);
  expect(await publication()).toBe(1);
  save('offers.yaml', 'offers: { o: { val');
  await print(`${join(folder, 'offers.yaml')}:1:`);
  save('offers.yaml', offers(3));
  await published('value: 3');
  expect(await publication()).toBe(2);
});

it('prints failing tests, and publishes no catalog whose tests fail', async () => {
  save(
    'tests.yaml',
    'placements: { p: {} }\ntests: { t: { events: [{ $page: {}, expect: { p: o } }] } }\n',
  );
  await print(`${join(folder, 'tests.yaml')}:2:47: t: p: expected o, found no decision`);
  await print(`proffer catalog publish --force ${folder} publishes it all the same`);
  expect(await publication()).toBe(1);
});

it('takes editors that write beside the file and rename, and a folder that is away for a while', async () => {
  save('.offers.yaml.swp', 'offers: [half');
  renameSync(join(folder, '.offers.yaml.swp'), join(folder, 'half.txt'));
  save('offers.yaml~', offers(4));
  renameSync(join(folder, 'offers.yaml~'), join(folder, 'offers.yaml'));
  await published('value: 4');
  renameSync(folder, `${folder}-away`);
  await print(`${folder}: there is no such file or folder`);
  renameSync(`${folder}-away`, folder);
  save('offers.yaml', offers(5));
  await published('value: 5');
  expect(await publication()).toBe(3);
});

it('takes what is written in place and says that it is as old and as long as before', async () => {
  for (const value of [7, 8]) {
    save('offers.yaml', offers(value));
    utimesSync(join(folder, 'offers.yaml'), 1e9, 1e9);
    await published(`value: ${value}`);
  }
});

it('takes a folder behind a link that is switched, as those of mounted settings are', async () => {
  await watch.stop();
  const [first, second] = [`${folder}-1`, `${folder}-2`];
  for (const [at, value] of [
    [first, 1],
    [second, 6],
  ] as const) {
    mkdirSync(at);
    writeFileSync(join(at, 'offers.yaml'), `catalog: shop\n${offers(value)}`);
  }
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  // As Kubernetes lays them: each file is a link through `..data`, which alone is switched.
  symlinkSync(first, join(folder, '..data'));
  symlinkSync('..data/offers.yaml', join(folder, 'offers.yaml'));
  await start();
  symlinkSync(second, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  await published('value: 6');
  // The folder itself is the link.
  await watch.stop();
  rmSync(folder, { recursive: true });
  symlinkSync(second, folder);
  await start();
  symlinkSync(first, `${folder}.new`);
  renameSync(`${folder}.new`, folder);
  await published('value: 1');
});

it('publishes nothing while it was told not to begin, and then what was saved meanwhile', async () => {
  await watch.stop();
  printed = '';
  watch = new CatalogWatch(config, () => redis.socket, silentLog(), { stderr: { write() {} } });
  save('offers.yaml', offers(8));
  watch.begin();
  await published('value: 8');
});

it('comes again when Redis was away', async () => {
  await watch.stop();
  const away = `${redis.socket}-away`;
  watch = new CatalogWatch(
    { ...config, PROFFER_REDIS_DEADLINE_MS: 100 },
    () => (printed.includes('is not published yet') ? redis.socket : away),
    createLog({
      name: 'up',
      level: 'info',
      format: 'lines',
      sink: { write: (t) => (printed += t) },
    }),
    { stderr: { write() {} } },
  );
  watch.begin();
  save('offers.yaml', offers(9));
  await published('value: 9');
});

it('is what a gateway alone does, too; with a fault at its start it serves what was there', async () => {
  await watch.stop();
  const [port] = await freshPorts(1);
  const env = {
    ...{ REDIS_URL: redis.socket, PROFFER_CATALOG: folder, PROFFER_PUBLISH: 'watch' },
    PROFFER_LOG_LEVEL: 'info',
  };
  save('offers.yaml', 'offers: { o: { valeu: 2 } }\n');
  const gateway = await startRole('gateway', port!, env);
  try {
    expect(gateway.output()).toMatch(/offers\.yaml:1:16: offers\.o\.valeu: /);
    expect(gateway.output()).toContain(`${folder} is not published, publication 1 stays: 1 fault`);
    save('offers.yaml', offers(2));
    await published('value: 2');
    const line = `publication 2 is ${folder}: changed offer o (value 1 → 2)`;
    await waitFor(line, () => gateway.output().includes(line));
    save('offers.yaml', offers(3));
    await published('value: 3');
  } finally {
    expect(await gateway.stop()).toBe(0);
  }
});
