// Triggers on a prediction: when the customer's next event of a key is to be expected, by their own gaps.
// A new event of the key moves it. What has passed already is not predicted.

import type { FeatureValue } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { Timed } from './timed-program.ts';
import { dropTimers, setTimer } from './timer-list.ts';

type Keyed = ReadonlyMap<string, FeatureValue>;
const NO_KEYS: Keyed = new Map();

/**
 * Reckons the predictions of a feature anew: of all keys, or of those that are not as they were.
 * @param before the stored feature as it was; null = reckon all
 * @param afterMs nothing is armed for then or before
 */
export function armPredictions(
  program: Program,
  draft: Draft,
  { trigger, time }: Timed<'predict'>,
  before: FeatureValue,
  afterMs: number,
): void {
  const runtime = program.runtimes[time.slot];
  if (runtime?.predictKey === undefined) return;
  const stored = draft.features.get(runtime.definition.id) ?? null;
  const { name } = trigger.definition;
  for (const [key, value] of (stored as Keyed | null) ?? NO_KEYS) {
    if ((before as Keyed | null)?.get(key) === value) continue;
    const next = runtime.predictKey(stored, key, draft.asOfMs);
    const dueAtMs = next === null ? 0 : Math.round(next.lastMs + next.meanMs - time.leadMs);
    const isIt = (timer: Draft['timers'][number]) =>
      timer.trigger === name && timer.key === key && timer.placements === null;
    if (dueAtMs <= afterMs) {
      // What is due by now fires: nothing that was said since has moved it.
      dropTimers(draft, (timer) => isIt(timer) && timer.dueAtMs !== dueAtMs);
      continue;
    }
    const timer = { trigger: name, key, dueAtMs, cause: 'predict', of: time.id } as const;
    setTimer(draft, { ...timer, placements: null, event: '' }, program.counters);
  }
}
