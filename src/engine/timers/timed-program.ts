// The triggers of time of a catalog, laid out by what moves them, so that what does not concern an event
// costs it nothing. A catalog without any has none of this.

import type { Catalog, TimeDefinition } from '../../model/catalog.ts';
import type { TriggerProgram } from '../trigger-program.ts';

/** A trigger with what it waits for. */
export interface Timed<Kind extends TimeDefinition['kind']> {
  readonly trigger: TriggerProgram;
  readonly time: Extract<TimeDefinition, { kind: Kind }>;
}

export interface TimedProgram {
  readonly enters: readonly Timed<'enter'>[];
  /** By feature slot: those whose segment reads it. */
  readonly entersOfFeature: readonly (readonly Timed<'enter'>[])[];
  readonly entersOfTraits: readonly Timed<'enter'>[];
  readonly yearly: readonly Timed<'yearly'>[];
  readonly dates: readonly Timed<'dates'>[];
  /** Of both kinds, by trigger. */
  readonly onDates: ReadonlyMap<string, Timed<'yearly'> | Timed<'dates'>>;
  /** By feature slot. */
  readonly predictsOfFeature: readonly (readonly Timed<'predict'>[])[];
  readonly predicts: readonly Timed<'predict'>[];
  /** Ids of the definitions that customers who send nothing have to be visited for. */
  readonly visitIds: readonly string[];
  /** The same, to look one up. */
  readonly ids: ReadonlySet<string>;
}

/** null where no trigger waits for time. */
export function prepareTimed(
  catalog: Catalog,
  triggers: readonly TriggerProgram[],
): TimedProgram | null {
  const timed = triggers.filter(({ definition }) => definition.time !== null);
  if (timed.length === 0) return null;
  const enters = ofKind(timed, 'enter');
  const predicts = ofKind(timed, 'predict');
  const yearly = ofKind(timed, 'yearly');
  const dates = ofKind(timed, 'dates');
  const visitIds = timed.flatMap(({ definition }) => definition.time!.id || []);
  const segmentOf = ({ time }: Timed<'enter'>) => catalog.segments[time.segment]!;
  return {
    enters,
    entersOfFeature: catalog.features.map(({ slot }) =>
      enters.filter((enter) => segmentOf(enter).featureSlots.includes(slot)),
    ),
    entersOfTraits: enters.filter((enter) => segmentOf(enter).readsTraits),
    ...{ yearly, dates },
    onDates: new Map([...yearly, ...dates].map((each) => [each.trigger.definition.name, each])),
    predicts,
    predictsOfFeature: catalog.features.map(({ slot }) =>
      predicts.filter(({ time }) => time.slot === slot),
    ),
    ...{ visitIds, ids: new Set(visitIds) },
  };
}

function ofKind<Kind extends TimeDefinition['kind']>(
  triggers: readonly TriggerProgram[],
  kind: Kind,
): readonly Timed<Kind>[] {
  return triggers.flatMap((trigger) => {
    const { time } = trigger.definition;
    return time?.kind === kind ? [{ trigger, time: time as Timed<Kind>['time'] }] : [];
  });
}
