// GET /v1/deliveries and POST /v1/deliveries/{id}/retry.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY, type RunningGateway, startTestGateway } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop(0));

const headers = { authorization: `Bearer ${ADMIN_KEY}` };

it('answers a list', async () => {
  for (const query of ['status=failed', 'status=pending', 'status=failed&limit=1000']) {
    const { status, text } = await gateway.get(`/v1/deliveries?${query}`, headers);
    expect([status, text]).toEqual([200, '{"deliveries":[]}']);
  }
});

it.each([
  ['', 'status'],
  ['?status=sent', 'status'],
  ['?status=failed&limit=0', 'limit'],
  ['?status=failed&limit=1001', 'limit'],
  ['?status=failed&limit=1e2', 'limit'],
  ['?status=failed&limit=', 'limit'],
])('refuses %j', async (query, path) => {
  const { status, text } = await gateway.get(`/v1/deliveries${query}`, headers);
  const { error } = JSON.parse(text);
  expect([status, error.code, error.path]).toEqual([400, 'invalid_request', path]);
  if (path === 'status') expect(error.message).toContain('failed, pending');
});

it('has one tried again, with or without a body', async () => {
  for (const body of [{}, '']) {
    const { status, text } = await gateway.post('/v1/deliveries/dlv_1/retry', body, headers);
    expect([status, text]).toEqual([200, '{"deliveryId":"dlv_1","status":"due"}']);
  }
});

it.each(['dlv_2', '%00', 'a%2Fb', 'x'.repeat(200)])('knows no %j', async (id) => {
  const { status, text } = await gateway.post(`/v1/deliveries/${id}/retry`, {}, headers);
  expect([status, JSON.parse(text).error.code]).toEqual([404, 'unknown_delivery']);
});
