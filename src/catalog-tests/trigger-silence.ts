// Why a step decided nothing for a placement: what kept each trigger that could have, as lines for the
// author of a test.

import type { TriggerDefinition } from '../model/catalog.ts';
import { type EventExplanation, SILENCES, type TriggerExplanation } from '../model/explanation.ts';
import { blameText } from './blame-text.ts';

/**
 * A line for each trigger on events that decides the placement and is on this one; where there is none,
 * what the others are on.
 * @param deciding those on events that decide it
 * @param explanation null where only time passed
 * @param event name of the event
 */
export function silenceOf(
  deciding: readonly TriggerDefinition[],
  explanation: EventExplanation | null,
  event: string | null,
): readonly string[] {
  const named = new Map(deciding.map((trigger) => [trigger.name, trigger]));
  const silent = explanation?.triggers.filter(({ trigger }) => named.has(trigger)) ?? [];
  if (silent.length > 0) {
    return silent.map((each) => {
      const { oneOf, decide } = named.get(each.trigger)!;
      if (oneOf && each.fired) return `${each.trigger} fired for another of ${decide.join(', ')}`;
      return `${each.trigger} did not fire: ${silenceText(each)}`;
    });
  }
  const instead = event === null ? 'and only time passed' : `not on ${event}`;
  return deciding.map(({ name, on }) => {
    const others = on.any ? ['*'] : on.names;
    return `${name} did not fire: it is on ${others.join(', ')}, ${instead}`;
  });
}

/** What kept it silent. */
export function silenceText({ reason, clause, unknown, until }: TriggerExplanation): string {
  switch (reason) {
    case 'when_false':
      // What is missing beside it is not what did it.
      return `its \`when\` is false${blameText({ clause, unknown: [] })}`;
    case 'when_unknown':
      return `its \`when\` is unknown${blameText({ clause, unknown })}`;
    case 'cooldown':
      if (until === null) return 'the customer has as many running cooldowns as can be';
      return `its \`cooldown\` runs until ${until}`;
    case 'no_key':
      return `${SILENCES.no_key}: ${unknown.join(', ')}`;
    case 'armed':
      return `it fires at ${until}, unless something comes in between`;
    case 'cancelled':
      return `the event cancelled it; it would have fired at ${until}`;
    case 'too_old':
    case 'no_room':
      return SILENCES[reason];
    case null:
      return 'its decision was not kept';
  }
}
