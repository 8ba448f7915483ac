// Whom calls name, over HTTP: what is submitted, and what is answered where nobody is named.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DEFAULT_IDENTIFIERS } from '../../src/model/identity.ts';
import { fixedNames, KNOWN_HASH } from '../support/fixed-names.ts';
import { admin, type RunningGateway, startTestGateway } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    names: fixedNames(DEFAULT_IDENTIFIERS, 'CN'),
    customers: {
      view: async (customerId) => (/^[+\d ]+$|@|^x1$/.test(customerId) ? null : { customerId }),
      idOf: async (name) => name,
    },
  });
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
  gateway.rejections.length = 0;
});

const PHONE = KNOWN_HASH.idOf('phone', '+8613800138000');
const CARD = KNOWN_HASH.idOf('card', 'C1234');
const externalIds = [{ type: 'phone', id: '138 0013 8000' }];

const track = { event: 'A', messageId: 'm' };
const decide = { placements: ['p'] };
const outcome = { decisionId: 'd', offerId: 'o', outcome: 'click' };

it.each([
  ['/v1/track', track],
  ['/v1/decide', decide],
  ['/v1/outcomes', outcome],
  ['/v1/batch', { batch: [{ type: 'track', ...track }] }],
])('%s is of the strongest name that it gives, and says the others', async (path, body) => {
  const send = async (who: object) => {
    const sent = 'batch' in body ? { batch: [{ ...body.batch[0], ...who }] } : { ...body, ...who };
    const { status } = await gateway.post(path, sent);
    expect(status).toBe(200);
    const { customerId, naming } = gateway.submissions.at(-1)!;
    return [customerId, ...naming!.aliases.map(({ id }) => id)];
  };
  expect(await send({ userId: 'u1' })).toEqual(['u1']);
  expect(await send({ anonymousId: 'a1', context: { externalIds } })).toEqual([
    PHONE,
    'anonymous:a1',
  ]);
  expect(await send({ context: { externalIds } })).toEqual([PHONE]);
  expect(await send({ userId: 'card:c 12-34', anonymousId: 'a1' })).toEqual([CARD, 'anonymous:a1']);
  expect(await send({ userId: PHONE })).toEqual([PHONE]);
});

it('is no number in a row of what was rejected either', async () => {
  const ids = ['phone:138 0013 8000', 'phone:12', 'u1'];
  for (const userId of ids) await gateway.post('/v1/track', { userId, event: '$not' });
  await gateway.post('/v1/batch', { batch: [{ type: 'no', userId: ids[0] }] });
  expect(gateway.rejections.map(({ customerId }) => customerId)).toEqual([
    ...[PHONE, null, 'u1'],
    PHONE,
  ]);
});

it('an identifier that comes with a batch is of each of its events', async () => {
  const batch = [
    { type: 'track', ...track },
    { type: 'track', ...track, userId: 'u1' },
  ];
  await gateway.post('/v1/batch', { batch, context: { externalIds } });
  expect(gateway.submissions.map(({ customerId }) => customerId)).toEqual([PHONE, 'u1']);
});

it('keeps no number where an id is kept', async () => {
  await gateway.post('/v1/track', { ...track, userId: 'phone:138 0013 8000' });
  await gateway.post('/v1/decide', { ...decide, userId: 'phone:138 0013 8000' });
  const [event, question] = gateway.submissions.map(({ stimulus }) => stimulus);
  expect(event).toMatchObject({ event: { userId: PHONE } });
  expect(question).toMatchObject({ request: { userId: PHONE } });
});

it.each([
  ['/v1/track', track, 'invalid_event'],
  ['/v1/decide', decide, 'invalid_request'],
  ['/v1/outcomes', outcome, 'invalid_request'],
])('%s without anybody is told what to send', async (path, body, code) => {
  const told = async (who: object) => (await gateway.post(path, { ...body, ...who })).json.error;
  expect(await told({})).toEqual({
    code,
    message: "'userId', 'anonymousId' or an identifier in 'context.externalIds' is required.",
    path: 'userId',
  });
  expect(await told({ userId: 'phone:12' })).toMatchObject({ code, path: 'userId' });
  const nobody = { context: { externalIds: [{ type: 'phone', id: 'null' }] } };
  expect(await told(nobody)).toMatchObject({ code, path: 'context.externalIds' });
  const wrongCase = { context: { externalIds: [{ type: 'Phone', id: '138 0013 8000' }] } };
  expect(await told(wrongCase)).toEqual({
    code,
    message:
      '\'context.externalIds[0]\' names nobody: there is no kind "Phone" (did you mean phone?).',
    path: 'context.externalIds[0]',
  });
  expect(gateway.submissions).toEqual([]);
});

it.each([
  ['u1', 'u1'],
  ['a%2Fb%3Ac', 'a/b:c'],
  ['%E6%9D%8E+1', '李+1'],
  ['*', '*'],
  ['customer:%7B17%7D', 'customer:{17}'],
  ['anonymous:a1', 'anonymous:a1'],
  ['phone:13800138000', PHONE],
  ['phone:+86%20138%200013%208000', PHONE],
  ['phone%3A%2B8613800138000', PHONE],
  ['card:c-1234', CARD],
  [PHONE, PHONE],
  [encodeURIComponent(`device:${'x'.repeat(256)}`), KNOWN_HASH.idOf('device', 'x'.repeat(256))],
])('GET /v1/customers/%s shows %s', async (written, id) => {
  const { status, json } = await gateway.get(`/v1/customers/${written}`, admin);
  expect([status, json.customerId]).toEqual([200, id]);
});

it.each(['phone:12', 'phone:null', 'phone:', 'email:x', `phone:${'A'.repeat(22)}`])(
  'GET /v1/customers/%s is nobody',
  async (written) => {
    const { status, json } = await gateway.get(`/v1/customers/${written}`, admin);
    expect([status, json.error.code]).toEqual([404, 'unknown_customer']);
    const [kind] = written.split(':');
    expect(json.error.message).toMatch(
      new RegExp(`: (?:no ${kind} has that form|such a ${kind} stands for nobody)\\.$`),
    );
  },
);

it.each([
  ['13800138000', ': try phone:… for a phone number.'],
  ['+86%20138%200013%208000', ': try phone:… for a phone number.'],
  ['li@example.com', ': try email:… for an e-mail address.'],
  ['x1', '.'],
])('GET /v1/customers/%s, who was never seen, is told what else it may be', async (id, hint) => {
  const { status, json } = await gateway.get(`/v1/customers/${id}`, admin);
  expect([status, json.error.message]).toEqual([404, `This customer was never seen${hint}`]);
});
