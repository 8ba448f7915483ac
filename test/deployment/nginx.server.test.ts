// The nginx configuration of the deployment, for real: TLS before two gateways on one Redis.

import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPorts } from '../support/fresh-ports.ts';
import { findNginx, type Nginx, startNginx } from '../support/nginx.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';

const COMMAND = findNginx();
if (COMMAND === null) console.log('no nginx: its configuration is not tested here');

const WRITE_KEY = 'write-key-of-the-test';
const ADMIN_KEY = 'admin-key-of-the-test';
const CUSTOMERS = 20;
const EVENTS = 1_800;

describe.skipIf(COMMAND === null)('nginx before two gateways', () => {
  let redis: PrivateRedis;
  let gateways: RoleProcess[] = [];
  let nginx: Nginx;
  let agent: Agent;
  let ports: readonly number[] = [];
  let env: Record<string, string> = {};
  beforeAll(async () => {
    redis = await startPrivateRedis();
    ports = await freshPorts(2);
    env = {
      REDIS_URL: redis.socket,
      PROFFER_WRITE_KEY: WRITE_KEY,
      PROFFER_ADMIN_KEY: ADMIN_KEY,
    };
    gateways = await Promise.all(ports.map((port) => startRole('gateway', port, env)));
    nginx = await startNginx(COMMAND!, ports);
    agent = new Agent({ keepAlive: true, maxSockets: 32, ca: nginx.certificate });
  });
  afterAll(async () => {
    agent?.destroy();
    await nginx?.stop();
    for (const gateway of gateways) await gateway.stop();
    await redis?.stop();
  });

  interface Reply {
    readonly status: number;
    readonly body: string;
  }

  function ask(
    method: string,
    path: string,
    body = '',
    key = WRITE_KEY,
    more: Record<string, string> = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ agent, method, path, host: '127.0.0.1', port: nginx.port },
          servername: 'localhost',
          headers: {
            ...{ authorization: `Bearer ${key}`, 'content-length': Buffer.byteLength(body) },
            ...more,
          },
        },
        (response) => {
          let text = '';
          response.on('data', (bytes) => {
            text += bytes;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const track = (name: string, customer: number, messageId: string) =>
    ask(
      'POST',
      '/v1/track',
      JSON.stringify({
        ...{ userId: `${name}${customer}`, messageId, event: 'Points Earned' },
        properties: { points: 1 },
      }),
    );

  it('answers an event over TLS with its offer', async () => {
    const body = { userId: 'first', event: 'Points Earned', properties: { points: 1_200 } };
    const answer = await ask('POST', '/v1/track', JSON.stringify(body));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).decisions[0].offers).toHaveLength(1);
  });

  it('spreads requests over both gateways', async () => {
    await Promise.all(Array.from({ length: 64 }, (_, i) => track('spread', i, 'm')));
    for (const gateway of gateways) {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      const count = /^proffer_gateway_requests_total\{route="track"\} (\d+)$/m.exec(text)?.[1];
      expect(Number(count)).toBeGreaterThan(5);
    }
  });

  it('keeps a customer at one gateway where it can tell whose a request is', async () => {
    const counts = async () => {
      const of = async ({ url }: RoleProcess) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(/^proffer_gateway_requests_total\{route="track"\} (\d+)$/m.exec(text)?.[1]);
      };
      return Promise.all(gateways.map(of));
    };
    const added = async (
      headers: (i: number) => Record<string, string>,
      times: number,
    ): Promise<number[]> => {
      const before = await counts();
      const event = JSON.stringify({ userId: 'sticky', event: 'Points Earned' });
      const sent = Array.from({ length: times }, (_, i) =>
        ask('POST', '/v1/track', event, WRITE_KEY, headers(i)),
      );
      await Promise.all(sent);
      return (await counts()).map((count, i) => count - before[i]!).sort((a, b) => a - b);
    };
    expect(await added(() => ({ 'x-customer-id': 'li' }), 12)).toEqual([0, 12]);
    expect(await added(() => ({ origin: 'https://shop.example' }), 12)).toEqual([0, 12]);
    const [fewer] = await added((i) => ({ 'x-customer-id': `c${i}` }), 64);
    expect(fewer).toBeGreaterThan(5);
  });

  it('lets nobody outside see metrics, readiness or documents', async () => {
    for (const path of ['/metrics', '/readyz', '/docs', '/openapi.json', '/', '/v1/../metrics']) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 404]);
    }
    expect((await ask('GET', '/healthz')).status).toBe(200);
  });

  it('takes the largest batch that gateways take, and refuses more itself', async () => {
    const event = (i: number) => ({
      ...{ type: 'track', userId: 'bulk', messageId: `bulk${i}`, event: 'Points Earned' },
      properties: { points: 1, text: 'x'.repeat(9_000) },
    });
    const batch = JSON.stringify({ batch: Array.from({ length: 50 }, (_, i) => event(i)) });
    expect(batch.length).toBeGreaterThan(450_000);
    expect((await ask('POST', '/v1/batch', batch)).status).toBe(200);
    expect((await ask('POST', '/v1/batch', 'x'.repeat(600_000))).status).toBe(413);
  });

  it('sends those who come without TLS to where it is, method and all', async () => {
    const answer = await fetch(`http://127.0.0.1:${nginx.plainPort}/v1/track`, {
      ...{ method: 'POST', body: '{}', redirect: 'manual' },
    });
    expect(answer.status).toBe(308);
    expect(answer.headers.get('location')).toBe('https://127.0.0.1/v1/track');
  });

  /** EVENTS under load, with something that happens a third of the way through. */
  async function load(name: string, event: () => void): Promise<void> {
    let next = 0;
    const failed: Reply[] = [];
    const send = async () => {
      while (next < EVENTS) {
        const i = next++;
        if (i === EVENTS / 3) event();
        const answer = await track(name, i % CUSTOMERS, `m${i}`);
        if (answer.status !== 200) failed.push(answer);
      }
    };
    await Promise.all(Array.from({ length: 32 }, send));
    expect(failed).toEqual([]);
    for (let customer = 0; customer < CUSTOMERS; customer++) {
      const answer = await ask('GET', `/v1/customers/${name}${customer}`, '', ADMIN_KEY);
      expect(JSON.parse(answer.body).features.points).toBe(EVENTS / CUSTOMERS);
    }
  }

  it('lets a gateway be restarted without a call that fails', async () => {
    let stopped: Promise<unknown> = Promise.resolve();
    await load('restarted', () => {
      stopped = gateways[1]!.stop();
    });
    expect(await stopped).toBe(0);
    gateways[1] = await startRole('gateway', ports[1]!, env);
  });

  it('hides the death of a gateway: no call fails, every event is counted once', async () => {
    const before = nginx.output().length;
    await load('killed', () => gateways[0]!.child.kill('SIGKILL'));
    const met = nginx.output().slice(before);
    expect(met, 'requests that met the dead one').toMatch(/prematurely|reset|refused/i);
  });
});
