// Why an event decided nothing for a placement: what kept each trigger that could have.

import { cooldownKey } from '../engine/cooldowns.ts';
import { readPath } from '../engine/features/features.ts';
import type { Program } from '../engine/program.ts';
import type { TriggerDefinition } from '../model/catalog.ts';
import type { CustomerEvent } from '../model/event.ts';
import type { CustomerState } from '../model/state.ts';
import type { Submission } from '../model/step.ts';

/**
 * A line for each trigger that decides the placement and looks at this event; where none does, what
 * the others look at.
 * @param state before the event
 */
export function silenceOf(
  program: Program,
  state: CustomerState,
  submission: Submission,
  placement: string,
): readonly string[] {
  const { stimulus, nowMs } = submission;
  if (stimulus.kind !== 'event') return [];
  const { event, outcome } = stimulus;
  const deciding = program.catalog.triggers.filter(({ decide }) => decide.includes(placement));
  if (deciding.length === 0) {
    return [`no trigger decides ${placement}: it is decided only where it is asked for`];
  }
  const looking = new Set(
    program.concerned(event, outcome !== null).triggers.map(({ definition }) => definition),
  );
  const silent = deciding.filter((trigger) => looking.has(trigger));
  if (silent.length > 0) {
    return silent.map(
      (trigger) => `${trigger.name} did not fire: ${why(trigger, state, event, nowMs)}`,
    );
  }
  return deciding.map(({ name, on }) => {
    const others = on.any ? ['*'] : on.names;
    return `${name} did not fire: it is on ${others.join(', ')}, not on ${event.name}`;
  });
}

function why(
  { name, per, cooldownMs }: TriggerDefinition,
  state: CustomerState,
  event: CustomerEvent,
  nowMs: number,
): string {
  const value = per === null ? undefined : readPath(per, event)[0];
  if (per !== null && (value === undefined || typeof value === 'object')) {
    return `the event has no ${per.text}, which its \`per\` needs`;
  }
  const key = value === undefined ? null : String(value);
  const firedAtMs = state.cooldowns.get(cooldownKey(name, key));
  if (cooldownMs > 0 && firedAtMs !== undefined && nowMs - firedAtMs < cooldownMs) {
    return `its cooldown runs until ${new Date(firedAtMs + cooldownMs).toISOString()}`;
  }
  return 'its `when` is not true';
}
