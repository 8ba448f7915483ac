// Hot path. What can never succeed, judged by the catalog that steps the state: an event that its
// contract refuses, a placement or a decision that is unknown.

import type { Stimulus } from '../model/event.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped } from '../model/step.ts';
import { isKnown } from './outcomes.ts';
import type { Program } from './program.ts';

type Refused = Extract<Stepped, { kind: 'refused' }>;

/**
 * Why a stimulus is refused for good; null = it is not.
 * @param within the placements whose decisions it may report on; null = all
 */
export function refusal(
  program: Program,
  state: CustomerState,
  stimulus: Stimulus,
  nowMs: number,
  within: ReadonlySet<string> | null = null,
): Refused | null {
  switch (stimulus.kind) {
    case 'event': {
      const fault = program.catalog.events.get(stimulus.event.name)?.(stimulus.event) ?? null;
      if (fault !== null) {
        return { kind: 'refused', code: 'invalid_event', message: fault.message, path: fault.path };
      }
      const { outcome } = stimulus;
      return outcome === null || isKnown(state, outcome, nowMs, within) ? null : UNKNOWN_DECISION;
    }
    case 'decide':
      return unknownPlacement(program, stimulus.request.placements);
    case 'outcome':
      return isKnown(state, stimulus.outcome, nowMs, within) ? null : UNKNOWN_DECISION;
    case 'timer':
    case 'look':
      return null;
  }
}

const UNKNOWN_DECISION: Refused = {
  kind: 'refused',
  code: 'unknown_decision',
  message: 'The decision or offer was not given to this customer, or is too long ago.',
  path: null,
};

function unknownPlacement(program: Program, asked: readonly string[]): Refused | null {
  for (let i = 0; i < asked.length; i++) {
    if (program.placements.has(asked[i]!)) continue;
    const known = [...program.placements.keys()].join(', ') || 'none';
    return {
      kind: 'refused',
      code: 'unknown_placement',
      message: `The catalog has no such placement; it has: ${known}.`,
      path: `placements[${i}]`,
    };
  }
  return null;
}
