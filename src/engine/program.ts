// A catalog made ready to run: everything that can be looked up by event name or by placement is
// laid out here once, so that what does not concern an event costs it nothing.

import { type Calendar, calendarOf } from '../model/calendar.ts';
import type { Catalog, EventSelector, TriggerDefinition } from '../model/catalog.ts';
import type { InteractionRules } from '../model/crowd/interactions.ts';
import type { CustomerEvent } from '../model/event.ts';
import { atOnce, type Sliced } from '../model/sliced.ts';
import { type Counters, newCounters } from './counters.ts';
import { AllowedOffers } from './decide/allowed-offers.ts';
import { type CapSpec, type ContactSpec, capSpecs, contactSpecs } from './decide/cap-specs.ts';
import { type PlacementProgram, preparePlacements, preparingOffers } from './decide/placements.ts';
import { type FeatureRuntime, prepareFeature } from './features/features.ts';
import { StateScope } from './scope.ts';
import { prepareSegments, type SegmentProgram } from './segments.ts';
import { prepareTimed, type TimedProgram } from './timers/timed-program.ts';
import type { TriggerProgram } from './trigger-program.ts';
import { type StoredFeature, storedFeatures } from './update-features.ts';

/** All that an event of one name concerns. */
export interface EventProgram {
  readonly features: readonly StoredFeature[];
  /** Those that it fires, or that it arms. */
  readonly triggers: readonly TriggerProgram[];
  /** Those that wait for it not to come. */
  readonly cancels: readonly TriggerProgram[];
}

/** A catalog, indexed. Holds scratch objects too: one step at a time may use it. */
export interface Program {
  readonly catalog: Catalog;
  readonly publication: number;
  readonly calendar: Calendar;
  readonly counters: Counters;
  /** Counts a template that was unknown; one function for all renderings. */
  readonly onTemplateUnknown: () => void;
  /** By slot; null for a formula. */
  readonly runtimes: readonly (FeatureRuntime | null)[];
  /** Definition ids of stored features. */
  readonly featureIds: ReadonlySet<string>;
  /** Definition ids of `recent` features, which have no keys. */
  readonly recentIds: ReadonlySet<string>;
  readonly segments: SegmentProgram;
  readonly triggers: ReadonlyMap<string, TriggerDefinition>;
  readonly triggerPrograms: ReadonlyMap<string, TriggerProgram>;
  readonly placements: ReadonlyMap<string, PlacementProgram>;
  /** `<offer>\n<kind>` → what must be stored for the offer's caps of that kind. */
  readonly capSpecs: ReadonlyMap<string, CapSpec>;
  /** Channel → what must be stored for the contact policy. */
  readonly contactSpecs: ReadonlyMap<string, ContactSpec>;
  /** The state after the event's update, with `before` inside. */
  readonly scope: StateScope;
  /** For `where` of features: the new traits and consent, the old features. */
  readonly whereScope: StateScope;
  /** The triggers of time; null where there are none. */
  readonly timed: TimedProgram | null;
  /** Whether any placement has quiet hours. */
  readonly hasQuiet: boolean;
  /** Of the channels that carry decisions away, those that are streams; null where none does. */
  readonly streams: ReadonlySet<string> | null;
  /** The channels that some `one_of` chooses among; null where there is none. */
  readonly choosable: ReadonlySet<string> | null;
  /** Which events are about items; null where nothing is recommended: then none are kept. */
  readonly interactions: InteractionRules | null;
  /** What an event concerns; an outcome is not one of `"*"`. */
  concerned(event: CustomerEvent, isOutcome: boolean): EventProgram;
}

const NOTHING: EventProgram = { features: [], triggers: [], cancels: [] };

/** Settings of a program that are no part of the catalog. */
export interface ProgramOptions {
  /** Where to count; own counters by default. */
  readonly counters?: Counters;
}

/** Indexes a catalog. @param publication its number; a state remembers the last it saw. */
export function prepare(
  catalog: Catalog,
  publication: number,
  options: ProgramOptions = {},
): Program {
  return atOnce(preparing(catalog, publication, options));
}

/** As `prepare`, with a pause after every part. */
export function* preparing(
  catalog: Catalog,
  publication: number,
  options: ProgramOptions = {},
): Sliced<Program> {
  const counters = options.counters ?? newCounters();
  const calendar = calendarOf(catalog.timezone);
  const runtimes = catalog.features.map((definition) =>
    definition.kind === 'formula'
      ? null
      : prepareFeature(definition, catalog.timezone, counters.features),
  );
  yield;
  const specs = capSpecs(catalog.offers);
  yield;
  const offers = yield* preparingOffers(catalog.offers, specs);
  const placements = preparePlacements(catalog, offers);
  yield;
  const allowed = new AllowedOffers(offers);
  const triggers: TriggerProgram[] = [];
  for (const trigger of catalog.triggers) {
    triggers.push(prepareTrigger(trigger, placements, allowed));
    yield;
  }
  const concerned = indexEvents(storedFeatures(runtimes), triggers);
  yield;
  const scopeCatalog = {
    features: catalog.features,
    runtimes,
    segments: catalog.segments,
    consent: catalog.consent,
    holdouts: new Map([...catalog.placements].map(([name, p]) => [name, p.holdout])),
    counters,
  };
  return {
    catalog,
    publication,
    calendar,
    counters,
    onTemplateUnknown: () => {
      counters.templatesUnknown++;
    },
    runtimes,
    featureIds: new Set(runtimes.flatMap((runtime) => runtime?.definition.id ?? [])),
    recentIds: new Set(catalog.features.flatMap((f) => (f.kind === 'recent' ? [f.id] : []))),
    segments: prepareSegments(catalog),
    triggers: new Map(catalog.triggers.map((trigger) => [trigger.name, trigger])),
    triggerPrograms: new Map(triggers.map((trigger) => [trigger.definition.name, trigger])),
    placements,
    capSpecs: specs,
    contactSpecs: contactSpecs(catalog.contactPolicy),
    scope: new StateScope(scopeCatalog, new StateScope(scopeCatalog, null)),
    whereScope: new StateScope(scopeCatalog, null),
    timed: prepareTimed(catalog, triggers),
    streams: streamsOf(catalog),
    choosable: choosableOf(triggers),
    hasQuiet: [...catalog.placements.values()].some(({ quiet }) => quiet !== null),
    interactions: catalog.recommending?.interactions ?? null,
    concerned,
  };
}

function streamsOf({ channels }: Catalog): ReadonlySet<string> | null {
  if (channels.size === 0) return null;
  return new Set(
    [...channels.values()].flatMap(({ name, kind }) => (kind === 'stream' ? [name] : [])),
  );
}

function choosableOf(triggers: readonly TriggerProgram[]): ReadonlySet<string> | null {
  const choosing = triggers.filter(({ definition }) => definition.oneOf);
  if (choosing.length === 0) return null;
  return new Set(
    choosing.flatMap(({ decide }) =>
      decide.flatMap((one) => one.placement.definition.channel ?? []),
    ),
  );
}

function prepareTrigger(
  definition: TriggerDefinition,
  placements: ReadonlyMap<string, PlacementProgram>,
  allowed: AllowedOffers,
): TriggerProgram {
  const decide = definition.decide.flatMap((name) => {
    const placement = placements.get(name);
    if (placement === undefined) return [];
    return [{ placement, offers: allowed.at(placement, definition.offers) }];
  });
  return { definition, decide };
}

/** `"*"` is every track, page and screen; other calls are selected by name only. */
function isOrdinary(name: string): boolean {
  return name !== '$identify' && name !== '$group' && name !== '$alias';
}

/** One walk over all definitions, so that thousands of them under thousands of names take no time. */
function indexEvents(
  features: readonly StoredFeature[],
  triggers: readonly TriggerProgram[],
): Program['concerned'] {
  const names = new Set<string>();
  for (const { runtime } of features)
    for (const name of runtime.definition.on.names) names.add(name);
  for (const { definition } of triggers) {
    for (const name of definition.on.names) names.add(name);
    for (const name of unlessOf(definition)?.names ?? []) names.add(name);
  }
  const exactly = new Map<string, GrowingProgram>();
  const byName = new Map<string, GrowingProgram>();
  const others = growing();
  for (const name of names) {
    exactly.set(name, growing());
    byName.set(name, growing());
  }
  const each = ({ any, names }: EventSelector, add: (program: GrowingProgram) => void) => {
    for (const name of new Set(names)) {
      add(exactly.get(name)!);
      if (!any || !isOrdinary(name)) add(byName.get(name)!);
    }
    if (!any) return;
    add(others);
    for (const [name, program] of byName) if (isOrdinary(name)) add(program);
  };
  for (const feature of features) {
    each(feature.runtime.definition.on, (program) => program.features.push(feature));
  }
  for (const trigger of triggers) {
    each(trigger.definition.on, (program) => program.triggers.push(trigger));
    const unless = unlessOf(trigger.definition);
    if (unless !== null) each(unless, (program) => program.cancels.push(trigger));
  }
  return (event, isOutcome) => {
    if (isOutcome) return exactly.get(event.name) ?? NOTHING;
    return byName.get(event.name) ?? (isOrdinary(event.name) ? others : NOTHING);
  };
}

function unlessOf({ time }: TriggerDefinition): EventSelector | null {
  return time?.kind === 'absence' ? time.unless : null;
}

/** An event's program while it is put together. */
interface GrowingProgram extends EventProgram {
  readonly features: StoredFeature[];
  readonly triggers: TriggerProgram[];
  readonly cancels: TriggerProgram[];
}

function growing(): GrowingProgram {
  return { features: [], triggers: [], cancels: [] };
}
