// A load on the whole service, with its processes and its history watched meanwhile.

import { HistoryWatch } from './history-watch.ts';
import type { OpenLoopPlan, OpenLoopResult } from './open-loop.ts';
import { startOpenLoop } from './open-loop-process.ts';
import { ProcessSamples } from './process-samples.ts';
import type { WholeService } from './whole-service.ts';

export interface Observed {
  readonly result: OpenLoopResult;
  readonly watch: HistoryWatch;
  /** Of the service's processes, and of the load's, named `load`. */
  readonly samples: ProcessSamples;
}

const SAMPLES_PER_PHASE = 20;
const SAMPLE_MS_MAX = 1_000;

/** @param onPhase told when a phase begins */
export async function observedLoad(
  service: WholeService,
  plan: Omit<OpenLoopPlan, 'ports'>,
  onPhase: (index: number) => void = () => {},
): Promise<Observed> {
  let phase = 0;
  const load = startOpenLoop({ ...plan, ports: [service.port] }, (index) => {
    phase = index;
    if (index < plan.phases.length) onPhase(index);
  });
  const watch = new HistoryWatch(service.proffer.url);
  const samples = new ProcessSamples([...service.processes, { name: 'load', pid: load.pid }]);
  const everyMs = Math.min(SAMPLE_MS_MAX, plan.phases[0]!.durationMs / SAMPLES_PER_PHASE);
  const sampler = setInterval(() => {
    samples.take(phase);
    void watch.take(phase);
  }, everyMs);
  const result = await load.result.finally(() => clearInterval(sampler));
  return { result, watch, samples };
}
