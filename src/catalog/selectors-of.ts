import type { EventSelector, FeatureDefinition, TriggerDefinition } from '../model/catalog.ts';

/** The events that a feature or a trigger asks for: those of `unless`, too. */
export function selectorsOf(
  definition: FeatureDefinition | TriggerDefinition,
): readonly EventSelector[] {
  const unless = unlessOf(definition);
  return unless === null ? [definition.on] : [definition.on, unless];
}

/** The events that cancel what a trigger waits for; null where none do. */
export function unlessOf(definition: FeatureDefinition | TriggerDefinition): EventSelector | null {
  const time = 'time' in definition ? definition.time : null;
  return time?.kind === 'absence' ? time.unless : null;
}
