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
  request(method: string, path: string, ask?: Ask): Promise<Reply>;
  /** POST with the admin key; the answer's JSON. */
  post(path: string, body: unknown): Promise<Json>;
}

export interface ComposedGateways {
  /** Of the Redis they share. */
  readonly redisUrl: string;
  readonly gateways: readonly ComposedGateway[];
  stop(): Promise<void>;
}

/** @param count gateways, each on a port of its own */
export async function composeGateways(catalog: string, count = 1): Promise<ComposedGateways> {
  const redis = await startServiceRedis();
  const folder = await mkdtemp(join(tmpdir(), 'proffer-composed-'));
  const file = join(folder, 'catalog.yaml');
  await writeFile(file, catalog);
  const config = readConfig({ PROFFER_PORT: '0', PROFFER_CATALOG: file, REDIS_URL: redis.url });
  const log = silentLog();
  const keys = { writeKey: WRITE_KEY, adminKey: ADMIN_KEY };
  await prepareDeployment(config, redis.url, keys, log);
  await makeCatalogKey(redis.url, config.PROFFER_PREFIX);
  const running = await Promise.all(
    Array.from({ length: count }, () => composeGateway(config, redis.url, log, null)),
  );
  return {
    redisUrl: redis.url,
    gateways: running.map(({ port }) => clientOf(`http://127.0.0.1:${port}`)),
    async stop() {
      for (const gateway of running) await gateway.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isRaw(body: unknown): body is string {
  return typeof body === 'string' || body instanceof Uint8Array;
}

/** A key of this name and kind: it is the author where none is given. */
async function makeCatalogKey(url: string, prefix: string): Promise<void> {
  const store = await openKeyStore({ url, prefix, deadlineMs: 5_000 });
  await store.ensure(CATALOG_KEY, 'catalog of CI', 'catalog', Date.now());
  await store.close();
}

const SECRETS = {
  ...{ write: WRITE_KEY, admin: ADMIN_KEY, catalog: CATALOG_KEY },
  unknown: 'unknown-key-of-the-test',
};

function clientOf(url: string): ComposedGateway {
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
    request,
    async post(path, body) {
      return (await request('POST', path, { body })).json;
    },
  };
}
