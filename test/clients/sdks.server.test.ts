// The published SDKs, unmodified, deliver to the running service; what they sent is in history.

import { Analytics as CustomerioAnalytics } from '@customerio/cdp-analytics-node';
import RudderModule from '@rudderstack/rudder-sdk-node';
import { Analytics as SegmentAnalytics } from '@segment/analytics-node';
import LegacyAnalytics from 'analytics-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

let proffer: ProfferProcess;
beforeAll(async () => {
  proffer = await startProffer();
});
afterAll(() => proffer?.dispose());

/** The six calls that each SDK makes; `alias` names another user. */
const CALLS = ['alias', 'group', 'identify', 'page', 'screen', 'track'];

async function expectAllCallsOf(userId: string): Promise<void> {
  const rows = await eventsOf(proffer, userId, CALLS.length);
  expect(rows.map((row) => row.type).sort()).toEqual(CALLS);
  const track = rows.find((row) => row.type === 'track');
  expect(track).toMatchObject({ event: 'Product Viewed', properties: { product_id: 'p9' } });
}

const viewed = { event: 'Product Viewed', properties: { product_id: 'p9', category: 'phone' } };

describe('SDKs for Node', () => {
  it('@segment/analytics-node delivers every call', async () => {
    const userId = 'segment-node';
    const failures: unknown[] = [];
    const sdk = new SegmentAnalytics({ writeKey: proffer.writeKey, host: proffer.url });
    sdk.on('error', (error) => failures.push(error));
    sdk.identify({ userId, traits: { name: 'Ming' } });
    sdk.group({ userId, groupId: 'g1', traits: {} });
    sdk.page({ userId, name: 'Home' });
    sdk.screen({ userId, name: 'Home' });
    sdk.alias({ userId, previousId: 'before' });
    sdk.track({ userId, ...viewed });
    await sdk.closeAndFlush();
    expect(failures).toEqual([]);
    await expectAllCallsOf(userId);
  });

  it('@rudderstack/rudder-sdk-node delivers every call, gzipped', async () => {
    const userId = 'rudder-node';
    const Rudder = ('default' in RudderModule ? RudderModule.default : RudderModule) as new (
      key: string,
      options: object,
    ) => Sdk;
    const sdk = new Rudder(proffer.writeKey, { dataPlaneUrl: proffer.url, flushAt: 20 });
    callAll(sdk, userId);
    await flushed(sdk);
    await expectAllCallsOf(userId);
    // RudderStack's other clients send an identify's traits in the context, and nowhere else.
    sdk.identify({ userId, context: { traits: { city: 'Bern' } } });
    await flushed(sdk);
    const known = await proffer.request('GET', `/v1/customers/${userId}`, {
      key: proffer.adminKey,
    });
    expect(known.body).toMatchObject({ traits: { name: 'Ming', city: 'Bern' } });
  });

  it('@customerio/cdp-analytics-node delivers every call', async () => {
    const userId = 'customerio-node';
    const sdk = new CustomerioAnalytics({ writeKey: proffer.writeKey, host: proffer.url });
    callAll(sdk as unknown as Sdk, userId);
    await sdk.closeAndFlush();
    await expectAllCallsOf(userId);
  });

  it('analytics-node delivers every call', async () => {
    const userId = 'legacy-node';
    const sdk = new LegacyAnalytics(proffer.writeKey, { host: proffer.url, flushAt: 20 }) as Sdk;
    callAll(sdk, userId);
    await flushed(sdk);
    await expectAllCallsOf(userId);
  });
});

interface Sdk {
  identify(message: object): void;
  group(message: object): void;
  page(message: object): void;
  screen(message: object): void;
  alias(message: object): void;
  track(message: object): void;
  flush(done?: (error?: unknown) => void): unknown;
}

function callAll(sdk: Sdk, userId: string): void {
  sdk.identify({ userId, traits: { name: 'Ming' } });
  sdk.group({ userId, groupId: 'g1', traits: {} });
  sdk.page({ userId, name: 'Home' });
  sdk.screen({ userId, name: 'Home' });
  sdk.alias({ userId, previousId: 'before' });
  sdk.track({ userId, ...viewed });
}

function flushed(sdk: Sdk): Promise<void> {
  return new Promise((resolve, reject) => {
    sdk.flush((error?: unknown) => (error ? reject(error) : resolve()));
  });
}
