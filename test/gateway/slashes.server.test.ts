import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodilessRoutes, putRoutes } from '../../src/gateway/routes.ts';
import {
  admin,
  POSTS,
  type RunningGateway,
  startTestGateway,
  WRITE_KEY,
  write,
} from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop(1_000));

const QUERIES: Readonly<Record<string, string>> = {
  '/v1/catalog/diff': '?from=1&to=1',
  '/v1/deliveries': '?status=failed',
  '/v1/stream': '?userId=u1',
};

it('ignores a slash at the end of a path, on every route', async () => {
  const pages = bodilessRoutes();
  for (const path of POSTS.keys()) {
    const [plain, slash] = [await gateway.post(path, {}), await gateway.post(`${path}/`, {})];
    expect([path, slash.status, slash.text]).toEqual([path, plain.status, plain.text]);
    expect((await gateway.get(`${path}/`, write, 'OPTIONS')).status).toBe(204);
    if (!pages.has(path)) expect((await gateway.get(`${path}/`, write)).status).toBe(405);
    expect((await gateway.get(`${path}/`, write, 'DELETE')).status).toBe(405);
  }
  for (const pattern of pages.keys()) {
    const path = pattern.replace(':id', 'a%2F').replace(':key', WRITE_KEY).replace(':n', '1');
    for (const method of ['GET', 'HEAD']) {
      const query = QUERIES[path] ?? '';
      const plain = await gateway.get(path + query, admin, method);
      const slash = await gateway.get(`${path}/${query}`, admin, method);
      expect([path, plain.status, slash.status]).toEqual([path, 200, 200]);
      if (path !== '/metrics') expect(slash.text === plain.text).toBe(true);
    }
    const posted = await gateway.get(`${path}/`, admin, 'POST');
    expect([path, posted.status]).toEqual([path, POSTS.has(pattern) ? 400 : 405]);
  }
  for (const path of putRoutes().keys()) {
    const [plain, slash] = [
      await gateway.put(path, {}, admin),
      await gateway.put(`${path}/`, {}, admin),
    ];
    expect([path, slash.status, slash.text]).toEqual([path, 400, plain.text]);
    expect((await gateway.get(`${path}/`, write, 'OPTIONS')).status).toBe(204);
    const other = await gateway.get(`${path}/`, admin);
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'PUT, OPTIONS']);
  }
  const item = '/v1/items/a%2F';
  for (const path of [item, `${item}/`]) {
    expect((await gateway.get(path, admin)).json).toMatchObject({ itemId: 'a/' });
    const gone = await gateway.get(path, admin, 'DELETE');
    expect([gone.status, gone.json]).toEqual([200, { itemId: 'a/', deleted: true }]);
    const posted = await gateway.post(path, {}, admin);
    expect(posted.headers.get('allow')).toBe('GET, HEAD, DELETE, OPTIONS');
  }
  expect((await gateway.get('/v1/customers/a%2F/', admin)).json).toEqual({ customerId: 'a/' });
  const event = { userId: 'u', event: 'E' };
  expect((await gateway.post('/v1/track/?x=1', event)).status).toBe(200);
  expect((await gateway.post('/v1/import/?decide=x', { batch: [] }, admin)).status).toBe(400);
});
