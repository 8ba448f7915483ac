// What a decision core counts, by its name in Prometheus.

import type { Counters } from '../engine/counters.ts';
import { FIRING_CAUSES } from '../model/timer.ts';
import type { LabelledCounter, Metrics } from '../ops/metrics.ts';
import type { PipelineMetrics } from '../pipeline.ts';
import type { TornPartitions } from '../redis/torn-partitions.ts';
import type { WriteHealth } from '../redis/write-health.ts';
import type { LaneGauge } from '../state/lanes.ts';
import type { RedisStateStore } from '../state/redis-state-store.ts';
import type { StateStoreMetrics } from '../state/state-store-metrics.ts';

/**
 * What was answered 503 or 429, by reason: the code of the answer, or what was full or late where that
 * is `overloaded`. A request counts for one, but for submissions that waited in a lane: each for itself.
 */
export function shedCounter(metrics: Metrics): LabelledCounter {
  return metrics.counterBy(
    'proffer_shed_total',
    'Requests and submissions answered 503 or 429, by why.',
    'reason',
  );
}

/**
 * Counters of the pipeline and the state store: additions on the hot path, nothing else.
 * @param writes hears what became of commits
 * @param torn hears of partitions that refuse them
 */
export function pipelineCounters(
  metrics: Metrics,
  shed: LabelledCounter,
  writes: Pick<WriteHealth, 'succeeded' | 'failed'>,
  torn: Pick<TornPartitions, 'found'>,
): {
  readonly pipeline: PipelineMetrics;
  readonly states: StateStoreMetrics;
  /** Hot path, of hot customers only. */
  waited(durationMs: number): void;
} {
  const committed = metrics.counter('proffer_committed_total', 'Ledger records committed.');
  const fired = metrics.counterBy(
    'proffer_firings_total',
    'Triggers that fired, by cause.',
    'cause',
  );
  const missed = metrics.counterBy(
    'proffer_firings_missed_total',
    'Triggers that were due and decided nothing: too late, or their trigger is gone; by cause.',
    'cause',
  );
  const ofCause = new Map(
    FIRING_CAUSES.map((cause) => [cause, { fired: fired.of(cause), missed: missed.of(cause) }]),
  );
  const conflicts = metrics.counter(
    'proffer_conflicts_total',
    'Commits that met a newer state and were stepped again.',
  );
  const repeated = metrics.counter(
    'proffer_conflicts_repeated_total',
    'Of these, commits that had met a newer state before: others commit to that customer just now.',
  );
  const duplicates = metrics.counter('proffer_duplicates_total', 'Messages seen before.');
  const queueTime = metrics.latency(
    'proffer_queue_seconds',
    'Wait of submissions for their customer’s turn; those that did not wait are left out.',
  );
  const hits = metrics.counter('proffer_state_cache_hits_total', 'States found in the cache.');
  const misses = metrics.counter('proffer_state_cache_misses_total', 'States read from Redis.');
  const dropped = metrics.counter(
    'proffer_state_keys_dropped_total',
    'Keys and remembered values that features lost to the size limit of a state.',
  );
  const oversize = metrics.counter(
    'proffer_states_oversize_total',
    'States written over their size limit, since nothing of them may be lost.',
  );
  const bytes = metrics.counter('proffer_state_bytes_total', 'Bytes of states written.');
  const tornWrites = metrics.counter(
    'proffer_torn_refused_total',
    'Writes refused since their partition lost its position in Redis.',
  );
  return {
    pipeline: {
      committed(count, firings) {
        committed.value += count;
        for (let i = 0; i < firings.length; i++) {
          const { cause, status } = firings[i]!;
          ofCause.get(cause)![status].value++;
        }
        writes.succeeded();
      },
      conflict(nth) {
        conflicts.value++;
        if (nth > 1) repeated.value++;
      },
      duplicate() {
        duplicates.value++;
      },
      shed(reason, count) {
        shed.of(reason).value += count;
      },
      unavailable(error) {
        // A full ledger is no fault of the store.
        if (error.code === 'store_unavailable') writes.failed(error);
      },
    },
    waited: (durationMs) => queueTime.record(durationMs),
    states: {
      cacheHit() {
        hits.value++;
      },
      cacheMiss() {
        misses.value++;
      },
      dropped(count) {
        dropped.value += count;
      },
      oversize() {
        oversize.value++;
      },
      stateBytes(count) {
        bytes.value += count;
      },
      torn(partition) {
        tornWrites.value++;
        torn.found(partition);
      },
    },
  };
}

const ENGINE_COUNTERS = [
  ['conditionsUnknown', 'conditions_unknown', 'Conditions that were unknown: no match.'],
  ['templatesUnknown', 'templates_unknown', 'Templates that were unknown: rendered empty.'],
  ['scoresUnknown', 'scores_unknown', 'Offers without a usable score.'],
  [
    'costsUnknown',
    'costs_unknown',
    'Offers of which nobody can say what a grant costs: not given.',
  ],
  ['firingsDropped', 'firings_dropped', 'Firings dropped for too many running cooldowns.'],
  [
    'timersDropped',
    'timers_dropped',
    'Timers and waiting firings that left, of too many, and events that timers forgot.',
  ],
  [
    'datesUnread',
    'dates_unread',
    'Traits that a trigger waits for every year and that are no dates.',
  ],
  ['traitsDropped', 'traits_dropped', 'Traits and consent choices over the limits.'],
  ['orphansDropped', 'orphans_dropped', 'Feature values that left the catalog long ago.'],
] as const;

const FEATURE_COUNTERS = [
  ['notNumber', 'feature_values_not_numbers', 'Values that were no finite numbers.'],
  ['distinctFull', 'feature_distinct_full', 'Values that `distinct` had no room for.'],
  ['keysEvicted', 'feature_keys_evicted', 'Keys that left for newer ones.'],
] as const;

/** The engine's plain counters, read when scraped. */
export function engineCounters(metrics: Metrics, counters: Counters): void {
  for (const [field, name, help] of ENGINE_COUNTERS) {
    metrics.counterOf(`proffer_${name}_total`, help, () => counters[field]);
  }
  for (const [field, name, help] of FEATURE_COUNTERS) {
    metrics.counterOf(`proffer_${name}_total`, help, () => counters.features[field]);
  }
}

/** What is held now: cached states, and submissions by customer. */
export function holdingGauges(metrics: Metrics, states: RedisStateStore, lanes: LaneGauge): void {
  metrics.gauge('proffer_state_cache_states', 'States cached.', () => states.cached.states);
  metrics.gauge('proffer_state_cache_bytes', 'Estimated size.', () => states.cached.bytes);
  metrics.gauge('proffer_lanes', 'Customers with submissions under way.', lanes.lanes);
  metrics.gauge(
    'proffer_lane_submissions',
    'Submissions under way or waiting for their customer’s turn.',
    lanes.items,
  );
}
