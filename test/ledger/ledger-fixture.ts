// Ledger records for tests and benches: made by the real writer of records, appended as commits do.

import type { Redis } from 'ioredis';
import { writeRecord } from '../../src/ledger/ledger-record.ts';
import type { Candidate, Decision } from '../../src/model/decision.ts';
import { deliveryIdOf } from '../../src/model/delivery.ts';
import { NO_INPUTS } from '../../src/model/inputs.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { emptyState } from '../../src/model/state.ts';
import type { Stepped, Submission } from '../../src/model/step.ts';
import type { Keys } from '../../src/redis/keys.ts';
import { pauseMs } from '../support/conditions.ts';

export interface RecordOptions {
  readonly messageId: string;
  readonly customerId?: string;
  readonly receivedAtMs?: number;
  readonly properties?: JsonObject;
  /** How many decisions, each with a firing. */
  readonly decisions?: number;
  /** They leave by a channel `push`. */
  readonly delivered?: boolean;
  readonly outcome?: 'counted';
  readonly customerChanged?: boolean;
}

/** A track event's submission and what stepping it gave. */
export function steppedEvent(options: RecordOptions): [Submission, Stepped & { kind: 'stepped' }] {
  const { messageId, customerId = 'u1', receivedAtMs = Date.now() } = options;
  const event = {
    ...{ type: 'track' as const, name: 'Product Viewed' },
    ...{ userId: customerId, anonymousId: null, timestampMs: receivedAtMs - 1_000 },
    properties: options.properties ?? { product_id: 'p1', price: 12.5, category: 'phones' },
    ...{ traits: {}, context: { ip: '192.0.2.1', page: { path: '/phones' } } },
    label: 'Product Viewed',
  };
  const outcome = {
    timestampMs: receivedAtMs,
    ...{ decisionId: 'd1', offerId: 'o1', outcome: 'click' as const },
  };
  const submission: Submission = {
    stimulus:
      options.outcome === undefined
        ? { kind: 'event', event, outcome: null }
        : { kind: 'outcome', outcome },
    ...{ customerId, messageId, nowMs: receivedAtMs, receivedAtMs },
    ...{ live: true, decide: true, record: true },
  };
  const count = options.decisions ?? 0;
  const state = {
    ...emptyState(customerId),
    records: 1,
    asOfMs: receivedAtMs,
    traits: new Map([['tier', { value: 'gold', atMs: receivedAtMs }]]),
    memberships: 'vip=true\ntier=gold',
  };
  return [
    submission,
    {
      kind: 'stepped',
      state,
      firings: Array.from({ length: count }, (_, i) => ({
        ...{ trigger: `t${i}`, key: i === 0 ? null : 'p1', firedAtMs: receivedAtMs },
        ...({ cause: 'event', status: 'fired', dueAtMs: receivedAtMs } as const),
      })),
      decisions: Array.from({ length: count }, (_, i) => decisionOf(options, i)),
      grants: [],
      deliveries: [],
      answer: '[]',
      outcomeCounted: options.outcome === 'counted',
      customerChanged: options.customerChanged ?? false,
      due: null,
    },
  ];
}

function decisionOf({ messageId, delivered }: RecordOptions, i: number): Decision {
  const decisionId = `d-${messageId}-${i}`;
  const terms = { propensity: 0.1, value: 5, context: 1, lever: 1 };
  const candidates: Candidate[] = [
    { offerId: 'o1', stage: 'limit', reason: 'chosen', score: 0.5, terms },
    { offerId: 'o2', stage: 'eligibility', reason: 'ineligible', score: null, terms: null },
  ];
  return {
    ...{ decisionId, placement: `placement_${i}` },
    ...{ trigger: 't0', catalog: 'hash1', fallback: false, holdout: false, candidates, grants: [] },
    offers: [{ offerId: 'o1', treatment: { title: 'Hello' }, expiresAtMs: null }],
    ...{
      decidedAtMs: 1_795_411_200_000,
      loggingPropensity: 1,
      waiting: false,
      delivery: delivered ? { deliveryId: deliveryIdOf(decisionId), channel: 'push' } : null,
      inputs: NO_INPUTS,
      list: null,
    },
  };
}

const HOW = { catalog: 'hash1', publication: 1, continuesRun: false };

/** The text of one record. */
export function recordText(options: RecordOptions): string {
  const [submission, stepped] = steppedEvent(options);
  return writeRecord(submission, stepped, HOW);
}

/** Appends records to a partition as the commit script does: counted, gapless. */
export async function append(
  redis: Redis,
  keys: Keys,
  partition: number,
  records: readonly string[],
): Promise<void> {
  const { ledger, position } = keys.partition(partition);
  await redis.eval(
    `local last = redis.call('INCRBY', KEYS[2], #ARGV)
     for i = 1, #ARGV do redis.call('XADD', KEYS[1], (last - #ARGV + i) .. '-0', 'r', ARGV[i]) end`,
    2,
    ledger,
    position,
    ...records,
  );
}

/** Resolves once `check` is true. @throws Error when it is not after the deadline either */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const sinceMs = performance.now();
  const endAtMs = sinceMs + deadlineMs;
  for (;;) {
    const isLast = performance.now() > endAtMs;
    if (await check()) return;
    if (isLast) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs(performance.now() - sinceMs)));
  }
}
