// Firings are counted where they are committed, each once, by what brought them about.

import { expect, it } from 'vitest';
import { MEMORY_BUDGETS } from '../../src/budgets/memory-budgets.ts';
import { pipelineCounters, shedCounter } from '../../src/compose/core-metrics.ts';
import { pipelineOver } from '../../src/compose/decision-core.ts';
import { UnmergedCustomers } from '../../src/customers/unmerged-customers.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import type { Loaded } from '../../src/pipeline.ts';
import { boundedLanes } from '../../src/state/lanes.ts';
import { MemoryStateStore, StateMemory } from '../../src/state/memory-state-store.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';
import { eventOf, NOW } from '../customers/shop.ts';
import { TestCatalogs } from '../model/twins.ts';

const CATALOG = `
catalog: counted
features: { views: { count: Viewed } }
segments: { busy: views >= 2 }
triggers:
  seen: { on: Viewed, decide: web }
  left: { on: Viewed, unless: Bought, after: 1h, per: properties.product, decide: web }
  keen: { enter: busy, decide: web }
offers: { gift: { treatments: { web: {} } } }
placements: { web: { channel: web } }
`;

it('are those of what was committed, also where it took several attempts', async () => {
  const metrics = createMetrics();
  const nothing = { succeeded() {}, failed() {}, found() {} };
  const counts = pipelineCounters(metrics, shedCounter(metrics), nothing, nothing);
  const memory = new StateMemory(1);
  const catalogs = new TestCatalogs([CATALOG]);
  let nowMs = NOW;
  const [first, second] = [0, 1].map(() => {
    const states = new CachingStore(memory, { stateBytesMax: 65_536, ledgerMax: 1e9 });
    const lanes = boundedLanes(
      { laneMax: 10, totalMax: 10, waitMsMax: 1_000 },
      { monotonicMs: () => 0, waited() {} },
    );
    const pipeline = pipelineOver({
      ...{ states, catalogs, lanes, customers: new UnmergedCustomers(states) },
      lists: () => null,
      ...{ budgets: MEMORY_BUDGETS, metrics: counts.pipeline, monotonicMs: () => 0 },
      pauseAfterConflict: () => 0,
      onFault(error) {
        throw error;
      },
    });
    return { states, pipeline };
  }) as [Core, Core];
  const viewed = (product: string) =>
    eventOf({ user: 'u1' }, 'Viewed', { atMs: nowMs, properties: { product } });
  await second.pipeline.submit(viewed('p1'));
  second.states.cached = second.states.load('u1');
  await first.pipeline.submit(viewed('p2'));
  await second.pipeline.submit(viewed('p3'));
  const timed = new TimedCustomers({ ...first, catalogs, nowMs: () => nowMs, late() {} });
  nowMs += 3_600_000;
  await timed.see('u1', nowMs);
  nowMs += 1;
  await second.pipeline.submit(viewed('p4'));
  nowMs += 9 * 3_600_000;
  await timed.see('u1', nowMs);
  const text = await metrics.registry.metrics();
  const told = text
    .split('\n')
    .filter((line) => /^proffer_(firings|conflicts_total).* [1-9]/.test(line));
  expect(told).toEqual([
    'proffer_firings_total{cause="event"} 4',
    'proffer_firings_total{cause="absence"} 3',
    'proffer_firings_total{cause="enter"} 1',
    'proffer_firings_missed_total{cause="absence"} 1',
    expect.stringMatching(/^proffer_conflicts_total [1-9]/),
  ]);
});

/** Like a gateway's: another may have committed since. */
class CachingStore extends MemoryStateStore {
  cached: Loaded | null = null;

  override load(customerId: string): Loaded {
    const { cached } = this;
    this.cached = null;
    return cached ?? super.load(customerId);
  }
}

interface Core {
  readonly states: CachingStore;
  readonly pipeline: ReturnType<typeof pipelineOver>;
}
