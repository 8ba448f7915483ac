// Whole gateways in the test's process, on a Redis of their own and a catalog given as text: what
// callers see, without the supervisor and without history.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeGateway } from '../../src/compose/gateway.ts';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import { readConfig } from '../../src/config.ts';
import { openKeyStore } from '../../src/gateway/keys/key-store.ts';
import { silentLog } from '../../src/ops/log.ts';
import { type Opened, opening } from '../../src/ops/opened.ts';
import { startServiceRedis } from './service-redis.ts';

const WRITE_KEY = 'write-key-of-the-test';
const ADMIN_KEY = 'admin-key-of-the-test';
const CATALOG_KEY = 'catalog-key-of-the-test';

/** Answers of any shape. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly json: Json;
}

export interface Ask {
  /** JSON, or the text as it is. */
  readonly body?: unknown;
  readonly key?: keyof typeof SECRETS | 'none';
  /** A key that the test made. */
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ComposedGateway {
  readonly url: string;
  request(method: string, path: string, ask?: Ask): Promise<Reply>;
  /** POST with the admin key; the answer's JSON. */
  post(path: string, body: unknown): Promise<Json>;
  /** Alone, the others go on. */
  stop(): Promise<void>;
}

export interface ComposedGateways {
  /** Of the Redis they share. */
  readonly redisUrl: string;
  readonly gateways: readonly ComposedGateway[];
  stop(): Promise<void>;
}

/**
 * @param count gateways, each on a port of its own
 * @param settings beside those that every test has
 * @throws what kept one from starting; by then whatever was started has ended
 */
export function composeGateways(
  catalog: string,
  count = 1,
  settings: Readonly<Record<string, string>> = {},
): Promise<ComposedGateways> {
  return opening((opened) => compose(catalog, count, settings, opened));
}

async function compose(
  catalog: string,
  count: number,
  settings: Readonly<Record<string, string>>,
  opened: Opened,
): Promise<ComposedGateways> {
  const redis = await startServiceRedis();
  opened.add(() => redis.stop());
  const folder = await mkdtemp(join(tmpdir(), 'proffer-composed-'));
  opened.add(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'catalog.yaml');
  await writeFile(file, catalog);
  const own = { PROFFER_PORT: '0', PROFFER_CATALOG: file, REDIS_URL: redis.url };
  const config = readConfig({ ...own, ...settings });
  const log = silentLog();
  const keys = { writeKey: WRITE_KEY, adminKey: ADMIN_KEY };
  await prepareDeployment(config, redis.url, keys, log);
  await makeCatalogKey(redis.url, config.PROFFER_PREFIX);
  const starts = Array.from({ length: count }, async () => {
    const gateway = await composeGateway(config, redis.url, log, null);
    opened.add(() => gateway.stop());
    return gateway;
  });
  // Where one fails, the others are to be known before anything is closed.
  await Promise.allSettled(starts);
  const running = await Promise.all(starts);
  return {
    redisUrl: redis.url,
    gateways: running.map(({ port, stop }) => clientOf(`http://127.0.0.1:${port}`, stop)),
    stop: () => opened.close(),
  };
}

function isRaw(body: unknown): body is string {
  return typeof body === 'string' || body instanceof Uint8Array;
}

/** A key of this name and kind: it is the author where none is given. */
async function makeCatalogKey(url: string, prefix: string): Promise<void> {
  const store = await openKeyStore({ url, prefix, deadlineMs: 5_000 });
  try {
    await store.ensure(CATALOG_KEY, 'catalog of CI', 'catalog', Date.now());
  } finally {
    await store.close();
  }
}

const SECRETS = {
  ...{ write: WRITE_KEY, admin: ADMIN_KEY, catalog: CATALOG_KEY },
  unknown: 'unknown-key-of-the-test',
};

function clientOf(url: string, stop: () => Promise<void>): ComposedGateway {
  const request = async (method: string, path: string, ask: Ask = {}): Promise<Reply> => {
    const { body, key = 'admin', headers = {} } = ask;
    const secret = ask.secret ?? (key === 'none' ? '' : SECRETS[key]);
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(secret !== '' && { authorization: `Bearer ${secret}` }) },
      ...(body !== undefined && { body: isRaw(body) ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const isJson = contentType.startsWith('application/json');
    return { status: response.status, contentType, json: isJson ? JSON.parse(text) : undefined };
  };
  return {
    url,
    stop,
    request,
    async post(path, body) {
      return (await request('POST', path, { body })).json;
    },
  };
}
