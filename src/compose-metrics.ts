// What a gateway counts, by its name in Prometheus.

import type { Counters } from './engine/counters.ts';
import type { Metrics } from './ops/metrics.ts';
import type { PipelineMetrics } from './pipeline.ts';
import type { RedisStateStore, StateStoreMetrics } from './state/redis-state-store.ts';

/** Counters of the pipeline and the state store: additions on the hot path, nothing else. */
export function pipelineCounters(metrics: Metrics): {
  readonly pipeline: PipelineMetrics;
  readonly states: StateStoreMetrics;
} {
  const committed = metrics.counter('proffer_committed_total', 'Ledger records committed.');
  const conflicts = metrics.counter(
    'proffer_conflicts_total',
    'Commits that met a newer state and were stepped again.',
  );
  const duplicates = metrics.counter('proffer_duplicates_total', 'Messages seen before.');
  const hits = metrics.counter('proffer_state_cache_hits_total', 'States found in the cache.');
  const misses = metrics.counter('proffer_state_cache_misses_total', 'States read from Redis.');
  const dropped = metrics.counter(
    'proffer_state_keys_dropped_total',
    'Keys that features lost to the size limit of a state.',
  );
  const bytes = metrics.counter('proffer_state_bytes_total', 'Bytes of states written.');
  return {
    pipeline: {
      committed(count) {
        committed.value += count;
      },
      conflict() {
        conflicts.value++;
      },
      duplicate() {
        duplicates.value++;
      },
    },
    states: {
      cacheHit() {
        hits.value++;
      },
      cacheMiss() {
        misses.value++;
      },
      keysDropped(count) {
        dropped.value += count;
      },
      stateBytes(count) {
        bytes.value += count;
      },
    },
  };
}

const ENGINE_COUNTERS = [
  ['conditionsUnknown', 'conditions_unknown', 'Conditions that were unknown: no match.'],
  ['templatesUnknown', 'templates_unknown', 'Templates that were unknown: rendered empty.'],
  ['scoresUnknown', 'scores_unknown', 'Offers without a usable score.'],
  ['firingsDropped', 'firings_dropped', 'Firings dropped for too many running cooldowns.'],
  ['traitsDropped', 'traits_dropped', 'Traits and consent choices over the limits.'],
  ['orphansDropped', 'orphans_dropped', 'Feature values that left the catalog long ago.'],
] as const;

const FEATURE_COUNTERS = [
  ['notNumber', 'feature_values_not_numbers', 'Values that were no finite numbers.'],
  ['distinctFull', 'feature_distinct_full', 'Values that `distinct` had no room for.'],
  ['keysEvicted', 'feature_keys_evicted', 'Keys that left for newer ones.'],
] as const;

/** The engine's plain counters and the cache, read when scraped. */
export function engineGauges(metrics: Metrics, counters: Counters, states: RedisStateStore): void {
  for (const [field, name, help] of ENGINE_COUNTERS) {
    metrics.gauge(`proffer_${name}`, help, () => counters[field]);
  }
  for (const [field, name, help] of FEATURE_COUNTERS) {
    metrics.gauge(`proffer_${name}`, help, () => counters.features[field]);
  }
  metrics.gauge('proffer_state_cache_states', 'States cached.', () => states.cached.states);
  metrics.gauge('proffer_state_cache_bytes', 'Estimated size.', () => states.cached.bytes);
}
