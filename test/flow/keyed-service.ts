// A whole gateway with keys of every kind, and what tests of keys ask of it.

import { expect } from 'vitest';
import type { KeyKind } from '../../src/gateway/keys/key-kinds.ts';
import { type KeyOptions, NO_OPTIONS } from '../../src/gateway/keys/key-options.ts';
import { type KeyStore, openKeyStore } from '../../src/gateway/keys/key-store.ts';
import { type ComposedGateway, composeGateways, type Json } from '../support/composed-gateways.ts';
import { faultsOfAnswer } from '../support/openapi-check.ts';

const CATALOG = `
catalog: pages
features:
  views: { count: Viewed }
  clicks: { count: Offer Clicked }
  store: { latest: properties.store_id, of: Viewed }
  device: { latest: properties.device_id, of: Viewed }
triggers:
  viewed: { on: Viewed, decide: [popup, till], cooldown: 1d, per: properties.page }
offers:
  gift: { budget: { grants: 100 }, caps: [{ of: click, max: 100 }], treatments: { popup: {}, till: {} } }
placements:
  popup: { channel: web }
  till: { channel: store }
`;

export interface KeyedService {
  readonly gateway: ComposedGateway;
  readonly store: KeyStore;
  /** @returns the secret */
  make(kind: KeyKind, name: string, options?: Partial<KeyOptions>): Promise<string>;
  /** POST; the answer is held against the OpenAPI document. @param secret null = a write key */
  send(
    secret: string | null,
    path: string,
    body: object,
    headers?: Record<string, string>,
  ): Promise<{ readonly status: number; readonly json: Json }>;
  tokenFor(userId: string, ttl?: string): Promise<string>;
  customer(id: string): Promise<Json>;
  stop(): Promise<void>;
}

export const placementsOf = ({ json }: { json: Json }): string[] =>
  json.decisions.map((d: Json) => d.placement);

export async function startKeyedService(): Promise<KeyedService> {
  const all = await composeGateways(CATALOG);
  const gateway = all.gateways[0]!;
  const store = await openKeyStore({ url: all.redisUrl, prefix: 'proffer:', deadlineMs: 5_000 });
  const service: KeyedService = {
    gateway,
    store,
    async make(kind, name, options = {}) {
      return (await store.create(name, kind, Date.now(), { ...NO_OPTIONS, ...options })).secret;
    },
    async send(secret, path, body, headers = {}) {
      const key = secret === null ? { key: 'write' as const } : { secret };
      const answer = await gateway.request('POST', path, { ...key, body, headers });
      expect(faultsOfAnswer('POST', path, answer)).toEqual([]);
      return answer;
    },
    async tokenFor(userId, ttl = '1h') {
      const { status, json } = await service.send(null, '/v1/tokens', { userId, ttl });
      expect(status).toBe(200);
      return json.customerToken;
    },
    async customer(id) {
      return (await gateway.request('GET', `/v1/customers/${id}`)).json;
    },
    async stop() {
      await store.close();
      await all.stop();
    },
  };
  return service;
}
