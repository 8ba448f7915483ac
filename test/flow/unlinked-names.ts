// What answers tell of names that a call gave and that were not linked: to whom, and nothing personal.

import { expect } from 'vitest';
import type { Json } from '../support/composed-gateways.ts';
import type { KeyedService } from './keyed-service.ts';

/** @param page the secret of a browser key */
export async function expectWarnings(service: KeyedService, page: string): Promise<void> {
  const phone = '+8613912345679';
  await service.send(null, '/v1/identify', { userId: 'w1', traits: { phone } });
  const device = await service.make('device', 'till-w');
  const token = { 'X-Customer-Token': await service.tokenFor('w2') };
  const context = { externalIds: [{ type: 'phone', id: phone }] };
  const invalid = { externalIds: [{ type: 'phone', id: '12' }] };
  const view = { userId: 'w2', event: 'Viewed' };
  const asked = { userId: 'w2', placements: ['popup'] };
  const told = async (...call: Parameters<KeyedService['send']>) => {
    const { json } = await service.send(...call);
    const { warnings = [] } = json.results?.[0] ?? json;
    expect(JSON.stringify(warnings)).not.toContain('345679');
    return warnings.map(({ code, message }: Json) => `${code} ${message.split(' ')[1]}`);
  };
  const isOthers = ['two_users phone'];
  // Not only the first time, of which `refused_merges` has the row.
  for (let n = 0; n < 2; n++) {
    expect(await told(null, '/v1/track', { ...view, context })).toEqual(isOthers);
  }
  const batch = [{ ...view, type: 'track', context }];
  expect(await told(null, '/v1/batch', { batch })).toEqual(isOthers);
  expect(await told(null, '/v1/decide', { ...asked, context })).toEqual(isOthers);
  expect(await told(null, '/v1/track', { ...view, userId: 'w1', context })).toEqual([]);
  const malformed = await told(null, '/v1/track', { ...view, context: invalid });
  expect(malformed).toEqual(['invalid phone']);
  // A till is told what is wrong with the value alone, a page without a token nothing.
  expect(await told(device, '/v1/track', { ...view, context })).toEqual([]);
  expect(await told(device, '/v1/track', { ...view, context: invalid })).toEqual(malformed);
  expect(await told(page, '/v1/track', { ...view, context }, token)).toEqual([]);
  expect(await told(page, '/v1/track', { ...view, context })).toEqual([]);
  expect(await told(page, '/v1/identify', { anonymousId: 'w3', traits: { phone } })).toEqual([]);
}
