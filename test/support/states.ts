// States as they look in use, for tests and benches: deterministic, of a given size.

import { messageKey, seenMessage } from '../../src/model/seen-messages.ts';
import { type CustomerState, emptyState, type FeatureValue } from '../../src/model/state.ts';

/** A state as plain data, all of it decoded: to be compared, and changed by spreading. */
export function plainState(state: CustomerState): CustomerState {
  return {
    customerId: state.customerId,
    aliases: state.aliases,
    asOfMs: state.asOfMs,
    publication: state.publication,
    records: state.records,
    traits: state.traits,
    consent: state.consent,
    features: new Map(state.features),
    orphans: state.orphans,
    cooldowns: state.cooldowns,
    caps: state.caps,
    contacts: state.contacts,
    decisions: state.decisions,
    seen: state.seen,
    seenSpilledMs: state.seenSpilledMs,
    answers: state.answers,
    links: state.links,
    merges: state.merges,
    apart: state.apart,
    drawnAs: state.drawnAs,
    timers: state.timers,
    waiting: state.waiting,
    noted: state.noted,
    lookAtMs: state.lookAtMs,
    preferred: state.preferred,
    items: state.items,
    memberships: state.memberships,
  };
}

/** A feature's definition id, as the catalog makes them: hex of a hash. */
export const featureId = (n: number): string =>
  (0xabcdef0000 + n * 7919).toString(16).padStart(16, '0');

/**
 * A customer of the retail example after `events` events: counters, times, buckets per key,
 * affinities, a few decisions and answers.
 */
export function realisticState(customerId = 'customer-00042', events = 30): CustomerState {
  const nowMs = 1_795_000_000_000;
  const timeOf = (i: number) => nowMs - (events - i) * 61_337;
  const keyed = (
    keys: number,
    of: (k: number) => FeatureValue,
  ): ReadonlyMap<string, FeatureValue> =>
    new Map(Array.from({ length: keys }, (_, k) => [`category-${k}`, of(k)]));
  const features: FeatureValue[] = [
    events,
    1299.5 + events,
    timeOf(0),
    timeOf(events - 1),
    699.99,
    'store-17',
    keyed(6, (k) => [
      [timeOf(k), 1],
      [timeOf(k + 1), 2],
    ]),
    keyed(5, (k) => [0.5 ** (k + 1) / 3, timeOf(k)]),
    keyed(4, (k) => timeOf(k)),
    Array.from({ length: 10 }, (_, k) => `product-${k}`),
    Array.from({ length: 7 }, (_, k) => 20_500 + k),
    [timeOf(0), timeOf(events - 1), 7],
    keyed(3, (k) => [timeOf(k), timeOf(k + 9), 3]),
    [
      [timeOf(1), 12.5],
      [timeOf(2), 80],
    ],
    null,
    true,
  ];
  return {
    ...emptyState(customerId),
    asOfMs: nowMs,
    publication: 3,
    records: events,
    aliases: ['anonymous:5f2c'],
    traits: new Map([
      ['country', { value: 'CN', atMs: timeOf(0) }],
      ['birthday', { value: '1990-05-17', atMs: timeOf(0) }],
      ['name', { value: 'Käthe 陈', atMs: timeOf(3) }],
      ['tier', { value: { level: 2, since: '2024-01-01' }, atMs: timeOf(4) }],
    ]),
    consent: new Map([['marketing', { granted: true, atMs: timeOf(1) }]]),
    features: new Map(features.map((value, n) => [featureId(n), value])),
    cooldowns: new Map([
      ['phone_interest', timeOf(5)],
      ['usual_yoghurt\nyoghurt', timeOf(7)],
    ]),
    caps: new Map([
      ['phone_accessories\ndecision', { total: 2, timesMs: [timeOf(5), timeOf(8)] }],
      ['phone_accessories\nimpression', { total: 1, timesMs: [timeOf(6)] }],
    ]),
    contacts: new Map([['web', [timeOf(5), timeOf(8)]]]),
    decisions: Array.from({ length: 5 }, (_, k) => ({
      decisionId: `01a2b3c4-d5e6-8f70-9${k}12-3456789abcde`,
      placement: k % 2 === 0 ? 'web_popup' : 'app_home',
      trigger: k === 0 ? null : 'phone_interest',
      decidedAtMs: timeOf(k),
      offerIds: k % 2 === 0 ? ['phone_accessories'] : ['welcome', 'phone_accessories'],
      fallback: k === 1,
      holdout: k === 3,
      outcomes: k % 2 === 0 ? [3] : [0, 1],
    })),
    seen: Array.from({ length: Math.min(events, 64) }, (_, k) =>
      seenMessage(messageKey(`message-${k}`), timeOf(k)),
    ).join(''),
    answers: [
      {
        message: messageKey(`message-${events - 6}`),
        record: events - 6,
        text: '[{"decisionId":"01a2b3c4","placement":"web_popup","offers":[]}]',
      },
    ],
    memberships: 'vip=true\nlifecycle=loyal',
  };
}
