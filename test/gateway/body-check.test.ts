import { expect, it } from 'vitest';
import { checkBody, checkShape } from '../../src/gateway/body-check.ts';
import { publishBodySchema } from '../../src/gateway/openapi/catalog-schemas.ts';
import { decideBodySchema, outcomeBodySchema } from '../../src/gateway/openapi/request-schemas.ts';

const told = (body: object, schema: typeof decideBodySchema | typeof outcomeBodySchema) =>
  checkBody(structuredClone(body) as never, JSON.stringify(body), schema)?.message ?? null;

it.each([
  [{}, null],
  [{ placements: undefined }, "'placements' is required."],
  [{ placements: null }, "'placements' is required."],
  [{ placements: 'x' }, "'placements' must be a list."],
  [{ placements: [] }, "'placements' must not be empty."],
  [{ placements: Array(101).fill('p') }, "'placements' may have 100 entries at most."],
  [{ placements: ['p', 5] }, "'placements[1]' must be a string."],
  [{ placements: [''] }, "'placements[0]' must not be empty."],
  [{ placements: ['p'.repeat(257)] }, "'placements[0]' may have 256 characters at most."],
  [{ userId: 'u'.repeat(257) }, "'userId' may have 256 characters at most."],
  [{ userId: true }, "'userId' must be a string."],
  [{ userId: 7 }, null],
  [{ userId: 1e19 }, "'userId' is a number beyond 2^53: send it as text."],
  [{ context: [] }, null],
  [{ context: ['x'] }, "'context' must be an object."],
  [{ context: 'x' }, "'context' must be an object."],
  [{ limit: 0 }, "'limit' must be at least 1."],
  [{ limit: 1.5 }, "'limit' must be an integer."],
  [{ limit: '2' }, "'limit' must be a number."],
  [{ explain: 'yes' }, "'explain' must be true or false."],
  [{ writeKey: 5 }, "'writeKey' must be a string."],
])('says of a question with %j: %s', (more, message) => {
  expect(told({ userId: 'u', placements: ['p'], ...more }, decideBodySchema)).toBe(message);
});

it.each([
  [{}, null],
  [{ decisionId: undefined }, "'decisionId' is required."],
  [{ offerId: '' }, "'offerId' must not be empty."],
  [{ offerId: 5 }, "'offerId' must be a string."],
  [{ outcome: undefined }, "'outcome' is required."],
  [{ outcome: 'secret' }, "'outcome' must be one of impression, click, accept, redeem, dismiss."],
  [{ timestamp: 5 }, "'timestamp' must be a string."],
  [{ timestamp: 'x'.repeat(65) }, "'timestamp' may have 64 characters at most."],
])('says of an outcome with %j: %s', (more, message) => {
  const body = { userId: 'u', decisionId: 'd', offerId: 'o', outcome: 'click', ...more };
  expect(told(body, outcomeBodySchema)).toBe(message);
});

it.each([
  [{ files: [{ path: 'a.txt', text: '' }] }, '\'files[0].path\' must be relative, with "/", '],
  [{ files: [{ path: '../a.yaml', text: '' }] }, '\'files[0].path\' must be relative, with "/", '],
  [{ files: [{ path: 'a.yaml', text: '\ud800' }] }, "'files[0].text' has half a character "],
  [{ note: '\ud800' }, "'note' has half a character "],
])('says of a catalog with %j what it must be: %s', (more, message) => {
  const body = { files: [{ path: 'a.yaml', text: 'catalog: x' }], ...more };
  expect(checkShape(body as never, publishBodySchema)?.message).toContain(message);
});
