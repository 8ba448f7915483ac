// States of every shape that a document can hold, for property tests.

import * as fc from 'fast-check';
import type { JsonValue } from '../../src/model/json.ts';
import { seenMessage } from '../../src/model/seen-messages.ts';
import type { CustomerState, FeatureValue } from '../../src/model/state.ts';
import { FIRING_CAUSES } from '../../src/model/timer.ts';
import { featureId } from '../support/states.ts';

const timeMs = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const timeOrNone = fc.oneof(fc.constant(0), timeMs);
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const messageKey = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((b) => String.fromCharCode(...b));
const seenMessageOf = fc.tuple(messageKey, timeMs).map(([key, atMs]) => seenMessage(key, atMs));
const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', '', 'a\nb'),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
  timeMs,
  fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100),
  fc.constantFrom(0, -0, 191, 192, 2 ** 31, 2 ** 51, 2 ** 53, -(2 ** 51), 0.1 + 0.2, 5e-324),
);
const scalar = fc.oneof(number, name, fc.boolean(), fc.constant(null));
export const { value: anyFeatureValue } = fc.letrec<{ value: FeatureValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 5 })
      .map((entries) => new Map(entries) as ReadonlyMap<string, FeatureValue>),
  ),
}));
const mapOf = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => new Map(entries));
const decision = fc.record({
  decisionId: fc.oneof(fc.uuid(), name),
  placement: name,
  trigger: fc.option(name),
  decidedAtMs: timeMs,
  offers: fc.array(fc.tuple(name, fc.integer({ min: 0, max: 31 })), { maxLength: 4 }),
  fallback: fc.boolean(),
  holdout: fc.boolean(),
});
/** Some of which are whole numbers beyond 2^53. */
const long = fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }).map((n) => (n % 2n === 0n ? -n : n));
const traitValue = fc
  .oneof(fc.jsonValue(), long, fc.array(long, { maxLength: 2 }), fc.dictionary(name, long))
  .map((value) => value as JsonValue);
export const anyState: fc.Arbitrary<CustomerState> = fc
  .record({
    customerId: name,
    aliases: fc.array(name, { maxLength: 3 }),
    asOfMs: timeMs,
    publication: fc.nat(),
    records: fc.maxSafeNat(),
    traits: mapOf(fc.record({ value: traitValue, atMs: timeMs })),
    consent: mapOf(fc.record({ granted: fc.boolean(), atMs: timeMs })),
    features: fc.array(
      fc.tuple(
        fc.oneof(
          uint32.map(featureId),
          uint32.map((n) => featureId(n).slice(6)),
          name,
        ),
        anyFeatureValue,
      ),
      {
        maxLength: 6,
      },
    ),
    orphans: mapOf(timeMs),
    cooldowns: mapOf(timeMs),
    caps: mapOf(fc.record({ total: fc.nat(), timesMs: fc.array(timeMs, { maxLength: 5 }) })),
    contacts: mapOf(fc.array(timeMs, { maxLength: 5 })),
    decisions: fc.array(decision, { maxLength: 5 }),
    seen: fc.array(seenMessageOf, { maxLength: 9 }).map((messages) => messages.join('')),
    seenSpilledMs: fc.maxSafeNat(),
    answers: fc.array(fc.record({ message: messageKey, record: fc.nat(), text: name }), {
      maxLength: 8,
    }),
    links: fc.array(
      fc.record({
        id: name,
        kind: name,
        value: fc.option(name.filter((value) => value !== '')),
        linkedAtMs: timeMs,
        renewedAtMs: timeMs,
      }),
      { maxLength: 4 },
    ),
    merges: fc.array(fc.record({ mergeId: name, from: name, atMs: timeMs }), { maxLength: 4 }),
    apart: fc.array(name, { maxLength: 3 }),
    drawnAs: name,
    timers: fc.array(
      fc.record({
        trigger: name,
        key: fc.option(name),
        dueAtMs: timeMs,
        cause: fc.constantFrom(...FIRING_CAUSES),
        of: name,
        placements: fc.option(fc.array(name, { maxLength: 3 })),
        event: name,
      }),
      { maxLength: 4 },
    ),
    waiting: fc.array(
      fc.record({
        trigger: name,
        key: fc.option(name),
        placements: fc.array(name, { maxLength: 3 }),
        firedAtMs: timeMs,
        untilMs: timeMs,
        event: name,
      }),
      { maxLength: 4 },
    ),
    noted: mapOf(timeMs),
    lookAtMs: timeMs,
    preferred: mapOf(fc.record({ accepted: number, decisions: number, asOfMs: timeMs })),
    items: fc.array(
      fc.record({
        ...{ itemId: name, atMs: timeMs, inCart: fc.boolean(), purchases: fc.nat({ max: 3 }) },
        ...{ viewedAtMs: timeOrNone, boughtAtMs: timeOrNone, firstBoughtAtMs: timeOrNone },
        cartAtMs: timeOrNone,
      }),
      { maxLength: 6 },
    ),
    memberships: name,
  })
  .map(({ features, decisions, ...rest }) => ({
    ...rest,
    features: new Map(features),
    decisions: decisions.map(({ offers, ...more }) => ({
      ...more,
      offerIds: offers.map(([offer]) => offer),
      outcomes: offers.map(([, bits]) => bits),
    })),
  }));
