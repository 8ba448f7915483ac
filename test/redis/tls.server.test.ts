// Redis behind TLS and a password, as managed ones are: the whole service, on one and on a cluster.

import type { Redis } from 'ioredis';
import { expect, onTestFinished, test as testAlways } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificate.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { eventsOf } from '../support/history-rows.ts';
import { startProffer } from '../support/proffer-process.ts';
import { startRedisCluster, tlsArguments } from '../support/redis-cluster.ts';
import { startRedisProcess } from '../support/redis-process.ts';
import { verifyHistory } from '../support/verified.ts';

// Certificates are made for the test.
const test = testAlways.skipIf(!hasOpenssl());

/** Events come in, are answered, and are in history once, with nothing but this REDIS_URL. */
async function expectService(url: string, trusted: string): Promise<void> {
  const proffer = await startProffer({
    ...{ REDIS_URL: url, NODE_EXTRA_CA_CERTS: trusted },
    ...{ PROFFER_PARTITIONS: '12', PROFFER_HISTORY_INTERVAL_MS: '100' },
  });
  try {
    for (let n = 0; n < 24; n++) {
      const body = {
        ...{ userId: `u${n % 6}`, event: 'Points Earned', messageId: `m${n}` },
        properties: { points: 1 },
      };
      const { status } = await proffer.request('POST', '/v1/track', { body });
      expect(status).toBe(200);
    }
    expect(await eventsOf(proffer, 'u0', 4)).toHaveLength(4);
    const { report } = await verifyHistory(proffer);
    expect(report).toContain('verify      ok');
    const { body } = await proffer.request('GET', '/v1/customers/u0', { key: proffer.adminKey });
    expect(body).toMatchObject({ features: { points: 4 } });
  } finally {
    await proffer.dispose();
  }
}

/** Clients of the product come to this port of theirs and to no other. */
async function productPorts(admin: Redis): Promise<ReadonlySet<string>> {
  const list = String(await admin.client('LIST'));
  const ours = list.split('\n').filter((line) => / name=proffer/.test(line));
  return new Set(ours.map((line) => / laddr=\S+:(\d+) /.exec(line)?.[1] ?? line));
}

test('one Redis: rediss:// and a password', async () => {
  const files = makeCertificate(freshDirectory());
  const [plainPort = 0, port = 0] = await freshPorts(2);
  const redis = await startRedisProcess({
    ...{ port: plainPort, password: 'secret' },
    args: [
      ...['--port', `${plainPort}`, '--bind', '127.0.0.1', '--requirepass', 'secret'],
      ...['--save', '', '--maxmemory-policy', 'noeviction', ...tlsArguments(port, files)],
    ],
  });
  onTestFinished(() => redis.dispose());
  const seen = new Set<string>();
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      for (const found of await productPorts(redis.admin)) seen.add(found);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  try {
    await expectService(`rediss://:secret@127.0.0.1:${port}`, files.certificate);
  } finally {
    isWatching = false;
    // A question on its way would be lost with the client.
    await watching;
  }
  expect(seen).toEqual(new Set([`${port}`]));
});

test('one Redis whose certificate nobody vouches for is refused with one line', async () => {
  const files = makeCertificate(freshDirectory());
  const [plainPort = 0, port = 0] = await freshPorts(2);
  const redis = await startRedisProcess({
    port: plainPort,
    args: ['--port', `${plainPort}`, '--bind', '127.0.0.1', ...tlsArguments(port, files)],
  });
  onTestFinished(() => redis.dispose());
  const url = `rediss://127.0.0.1:${port}`;
  const other = makeCertificate(freshDirectory()).certificate;
  const started = startProffer({ REDIS_URL: url, NODE_EXTRA_CA_CERTS: other });
  await expect(started).rejects.toThrow(/proffer: Redis does not answer at .*certificate/);
});

test('a Redis Cluster: rediss+cluster://', async () => {
  const files = makeCertificate(freshDirectory());
  const cluster = await startRedisCluster({ masters: 3, replicas: 0, tls: files });
  onTestFinished(() => cluster.stop());
  expect(cluster.url).toMatch(/^rediss\+cluster:/);
  await expectService(cluster.url, files.certificate);
});
