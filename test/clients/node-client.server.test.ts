// The package's client for Node, against a real gateway, behind a door that fails in each way that passes.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Proffer, type ProfferError } from '../../src/client/node/proffer.ts';
import { type ComposedGateways, composeGateways } from '../support/composed-gateways.ts';
import { freshPorts } from '../support/fresh-ports.ts';

const CATALOG = `
catalog: node
features: { views: { count: Viewed } }
triggers: { viewed: { on: Viewed, decide: slot } }
offers: { gift: { treatments: { slot: { title: "For {{ or(traits.name, 'you') }}" } } } }
placements: { slot: { channel: pos } }
`;
const KEY = 'write-key-of-the-test';

type Fate = 'cut' | 'lost' | 'away' | 'limited' | 'broken' | 'silent';

let gateways: ComposedGateways;
let server: Server;
let endpoint: string;
let gatewayUrl: string;
/** What becomes of the next requests; then they are answered. */
let fates: Fate[] = [];
const bodies: string[] = [];

beforeAll(async () => {
  const [port] = await freshPorts(1);
  gateways = await composeGateways(CATALOG, 1, { PROFFER_PORT: String(port) });
  gatewayUrl = `http://127.0.0.1:${port}`;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    const fate = fates.shift();
    if (fate === 'cut') return void request.socket.destroy();
    if (fate === 'silent') return;
    if (fate === 'broken') return void response.writeHead(502).end('<html>');
    if (fate === 'away' || fate === 'limited') {
      const retry = { 'Retry-After': fate === 'away' ? '1' : '3600' };
      const error = { code: fate === 'away' ? 'store_unavailable' : 'rate_limited', message: 'm' };
      return void response
        .writeHead(fate === 'away' ? 503 : 429, retry)
        .end(JSON.stringify({ error }));
    }
    const { authorization = '' } = request.headers;
    const answer = await fetch(gatewayUrl + request.url, {
      ...{ method: 'POST', headers: { authorization }, body },
    });
    // It is counted, and nobody hears of it.
    if (fate === 'lost') return void request.socket.destroy();
    response.writeHead(answer.status).end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await gateways?.stop();
});
beforeEach(() => {
  fates = [];
  bodies.length = 0;
});

const views = async (id: string) =>
  (await gateways.gateways[0]!.request('GET', `/v1/customers/${id}?events=false`)).json.features
    .views;

it('gives decisions back, asks, reports, and makes tokens', async () => {
  const proffer = new Proffer({ key: KEY, endpoint });
  await proffer.identify({ userId: 'u1', traits: { name: 'Wei' } });
  const { decisions, messageId } = await proffer.track({ userId: 'u1', event: 'Viewed' });
  expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(decisions[0]?.offers[0]?.treatment).toEqual({ title: 'For Wei' });
  const asked = await proffer.decide({ userId: 'u1', placements: ['slot'], limit: 1 });
  const { decisionId, offers } = asked.decisions[0]!;
  const report = { userId: 'u1', decisionId, offerId: offers[0]!.offerId } as const;
  expect(await proffer.outcome({ ...report, outcome: 'click' })).toMatchObject({
    messageId: expect.any(String),
  });
  expect((await proffer.page({ anonymousId: 'a1', name: 'Home' })).decisions).toEqual([]);
  const results = await proffer.batch([
    { type: 'track', userId: 'u1', event: 'Viewed' },
    { type: 'track', userId: 'u1', event: '' },
  ]);
  expect(results).toMatchObject([{ decisions: [{}] }, { error: { code: 'invalid_event' } }]);
  expect(await proffer.token('u1')).toEqual({
    customerToken: expect.stringMatching(/^c1\./),
    expiresAt: expect.any(String),
  });
});

it('sends again what may pass, with the message id that it had, and is counted once', async () => {
  const proffer = new Proffer({ key: KEY, endpoint, timeoutMs: 1_000 });
  fates = ['cut', 'lost', 'broken', 'silent', 'away'];
  const { decisions, duplicate } = await proffer.track({ userId: 'u2', event: 'Viewed' });
  expect([decisions.length, duplicate, await views('u2')]).toEqual([1, true, 1]);
  expect([bodies.length, new Set(bodies).size]).toEqual([6, 1]);
});

it('ends with a typed error: at once where nothing helps, else when its time is over', async () => {
  const failure = (call: Promise<unknown>) => call.catch((error: ProfferError) => error);
  const proffer = new Proffer({ key: KEY, endpoint, deadlineMs: 400, timeoutMs: 150 });
  expect(await failure(proffer.track({ userId: 'u3', event: '' }))).toMatchObject({
    ...{ name: 'ProfferError', code: 'invalid_event', status: 400, path: 'event' },
    retryable: false,
  });
  expect(bodies).toHaveLength(1);
  fates = ['limited'];
  expect(await failure(proffer.track({ userId: 'u3', event: 'Viewed' }))).toMatchObject({
    ...{ code: 'rate_limited', status: 429, retryable: true },
  });
  expect(bodies).toHaveLength(2);
  fates = Array(20).fill('silent');
  expect(await failure(proffer.track({ userId: 'u3', event: 'Viewed' }))).toMatchObject({
    ...{ code: 'unreachable', status: 0, retryable: true },
  });
  expect(bodies.length).toBeGreaterThan(3);
  const unknown = new Proffer({ key: 'nope', endpoint });
  fates = [];
  const refused = await failure(unknown.decide({ userId: 'u3', placements: ['slot'] }));
  expect(refused).toMatchObject({ code: 'unknown_key', retryable: false });
  expect(String(refused)).not.toContain('nope');
});

it('closes when what is under way is done, and takes nothing more', async () => {
  const proffer = new Proffer({ key: KEY, endpoint });
  let isDone = false;
  const track = proffer.track({ userId: 'u4', event: 'Viewed' }).then(() => {
    isDone = true;
  });
  await proffer.close();
  expect(isDone).toBe(true);
  await track;
  await expect(proffer.page({ userId: 'u4' })).rejects.toMatchObject({ code: 'closed' });
});

it('is what the package exports, and leaves nothing that keeps a program from ending', async () => {
  const program = `
    import { Proffer } from 'proffer';
    const proffer = new Proffer({ key: '${KEY}', endpoint: '${gatewayUrl}' });
    const { decisions } = await proffer.track({ userId: 'u5', event: 'Viewed' });
    console.log(decisions[0].offers[0].offerId, ...Object.keys(await import('proffer/segment')));`;
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const asked = ['--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, asked, { cwd });
  expect(stdout.trim()).toBe('gift profferPlugin');
});
