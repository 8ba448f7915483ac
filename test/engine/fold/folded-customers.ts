// Customers of one shop, and folds of one into another that check what every fold must leave alone.

import { expect } from 'vitest';
import { foldStates } from '../../../src/engine/fold/fold-states.ts';
import type { MergeEntry } from '../../../src/model/identity.ts';
import { type CustomerState, emptyState } from '../../../src/model/state.ts';
import { plainState } from '../../support/states.ts';
import { cap, DAY, type Parts, START } from '../support/catalog-builder.ts';
import { Customer } from '../support/customer.ts';

export const SHOP: Parts = {
  features: {
    looks: { kind: 'count', on: 'Look' },
    brands: { kind: 'affinity', on: 'Look', value: 'properties.brand', halfLifeMs: 30 * DAY },
  },
  segments: {
    keen: { condition: (scope) => (scope.feature(0) as number) >= 3, featureSlots: [0] },
    ann: { condition: (scope) => scope.trait('name') === 'Ann', readsTraits: true },
  },
  placements: { home: { channel: 'app' }, push: { channel: 'push' } },
  offers: {
    deal: { in: ['home'], caps: [cap(3, DAY), cap(1, null, 'accept')] },
    news: { in: ['push'] },
  },
  triggers: {
    third: { on: 'Look', decide: ['push'], cooldownMs: DAY, when: (s) => s.feature(0) === 3 },
  },
  contactPolicy: [{ max: 4, windowMs: DAY, channels: ['app', 'push'] }],
};

export const plain = (state: CustomerState) => structuredClone(plainState(state));

/** Folds, and checks that what was folded is as it was. */
export function fold(into: Customer, from: CustomerState, over: Partial<MergeEntry> = {}) {
  const merge = { mergeId: 'm1', from: from.customerId, atMs: into.nowMs, ...over };
  const before = [plain(into.state), plain(from)];
  const folded = foldStates(into.program, into.state, from, merge);
  expect([plain(into.state), plain(from)]).toEqual(before);
  const { records } = into.state;
  into.state = folded.state;
  expect(into.state.records).toBe(records + 1);
  return folded;
}

/** A customer and a visitor of the shop at the same time. */
export function two(parts: Parts = SHOP): [Customer, Customer] {
  return [new Customer(parts, 'u1'), new Customer(parts, 'anonymous:a1')];
}

/** States by hand, for what takes long to come about. */
export function foldStated(
  into: Partial<CustomerState>,
  from: Partial<CustomerState>,
  parts: Parts = {},
) {
  const customer = new Customer(parts, 'u1');
  customer.state = { ...customer.state, records: 1, asOfMs: START, publication: 1, ...into };
  const other = { ...emptyState('anonymous:a1'), records: 1, asOfMs: START, publication: 1 };
  const folded = fold(customer, { ...other, ...from });
  return { ...folded, customer };
}

export const numbered = <T>(count: number, of: (i: number) => [string, T]) =>
  new Map(Array.from({ length: count }, (_, i) => of(i)));
