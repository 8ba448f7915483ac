// THE STORY of a catalog: text → tree → sections → names → closures. Every step goes on after a
// fault, so that one run shows all of them; the catalog is taken whole or refused whole.

import type { CatalogTest } from '../catalog-tests/catalog-test.ts';
import { isTimezone } from '../model/calendar.ts';
import type { Catalog, EventSelector, Path } from '../model/catalog.ts';
import { atOnce, type Sliced } from '../model/sliced.ts';
import { hashing } from './catalog-hash.ts';
import { checkEventPaths } from './check-event-paths.ts';
import { checkingRepeated } from './check-repeated.ts';
import { checkShape } from './check-shape.ts';
import { checkTest, type KnownEvents } from './check-tests.ts';
import { compilingChannels } from './compile-channels.ts';
import { CompileContext, type Note } from './compile-context.ts';
import { compilingDerived } from './compile-derived.ts';
import { compileEvent, type EventContract } from './compile-events.ts';
import { compileFeature, declareFeatures } from './compile-features.ts';
import { compileIdentifiers } from './compile-identifiers.ts';
import { compileOffer } from './compile-offers.ts';
import { compileContactRule, compilePlacement } from './compile-placements.ts';
import { compilingRecommenders } from './compile-recommenders.ts';
import { compileTrigger } from './compile-triggers.ts';
import {
  declareConsent,
  declarePlacements,
  declareSegments,
  declaringOffers,
} from './declarations.ts';
import { type Fault, FaultList } from './fault.ts';
import type { SourceFile } from './file-text.ts';
import type { Located } from './located.ts';
import { mergeFiles, type Sections } from './merge-files.ts';
import { parseTrait } from './parse-trait.ts';
import { readTest } from './read-tests.ts';
import { selectorsOf } from './selectors-of.ts';
import { HEADER_SHAPES, type HeaderSection } from './shapes/section-shapes.ts';
import { suggest } from './suggest.ts';
import { findWarnings } from './warnings/find-warnings.ts';
import { parsingYaml } from './yaml-tree.ts';

/** A catalog, or everything that is wrong with it. */
export type CompiledCatalog =
  | {
      readonly ok: true;
      readonly catalog: Catalog;
      /** In the order of definition; run by whoever wants to know (compose/run-catalog-tests.ts). */
      readonly tests: readonly CatalogTest[];
      /** What is most likely not meant; none where they were not asked for. */
      readonly warnings: readonly Fault[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** What is asked for beside the catalog. */
export interface CompileOptions {
  /** Look for warnings, too, as of this time (offers may be over by then); epoch ms. */
  readonly warnAtMs?: number;
  /** Whether webhooks may go to private addresses here: then nobody is warned of one. */
  readonly allowsPrivate?: boolean;
}

/** Compiles the files of one catalog. Pure: reads nothing but its arguments, never throws. */
export function compileCatalog(
  files: readonly SourceFile[],
  options: CompileOptions = {},
): CompiledCatalog {
  return atOnce(compilingCatalog(files, options));
}

/** As `compileCatalog`, in pieces of some tenths of a millisecond. */
export function* compilingCatalog(
  files: readonly SourceFile[],
  { warnAtMs, allowsPrivate = false }: CompileOptions = {},
): Sliced<CompiledCatalog> {
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const fileOrder = ordered.map((file) => file.path);
  const faults = new FaultList();
  const roots: Located[] = [];
  for (const file of ordered) {
    const root = yield* parsingYaml(file, faults);
    if (root !== null) roots.push(root);
    yield;
  }
  // A file that is no map could have had anything in it.
  if (faults.size > 0 && roots.length === 0) return { ok: false, faults: faults.sorted(fileOrder) };
  const sections = mergeFiles(roots, faults);
  yield;
  const firstFile = fileOrder[0] ?? '';
  const notes: Note[] | null = warnAtMs === undefined ? null : [];
  const compiled = yield* compilingSections(sections, faults, firstFile, notes);
  yield* checkingRepeated(sections, faults, (instead, own) =>
    compilingSections(instead, own, firstFile, null),
  );
  const { catalog, context, contracts } = compiled;
  if (faults.size > 0) return { ok: false, faults: faults.sorted(fileOrder) };
  const tests = [...sections.maps.tests].map(([name, node]) =>
    readTest(name, node, catalog.timezone),
  );
  if (notes === null) return { ok: true, catalog, tests, warnings: [] };
  const warned = new FaultList();
  const told = { sections, catalog, contracts, context, notes, nowMs: warnAtMs!, allowsPrivate };
  findWarnings(told, warned);
  return { ok: true, catalog, tests, warnings: warned.sorted(fileOrder) };
}

function* compilingSections(
  sections: Sections,
  faults: FaultList,
  firstFile: string,
  notes: Note[] | null,
): Sliced<{
  readonly catalog: Catalog;
  readonly context: CompileContext;
  readonly contracts: ReadonlyMap<string, EventContract>;
}> {
  const name = header(sections, 'catalog', faults);
  if (name === null && !sections.headers.has('catalog')) {
    const start = { path: firstFile, position: () => ({ line: 1, column: 1 }) };
    const expected = 'the name of the catalog';
    faults.add(start, 0, 'catalog', `"catalog" is missing, expected ${expected}`, { expected });
  }
  const timezone = timezoneOf(sections, faults);
  const features = declareFeatures(sections, faults);
  const context = new CompileContext({
    faults,
    notes,
    timezone,
    features,
    consent: declareConsent(sections, faults),
    segments: declareSegments(sections, faults),
    offers: yield* declaringOffers(sections, faults),
    placements: declarePlacements(sections, faults),
    triggers: new Set(sections.maps.triggers.keys()),
    recommenders: new Set(sections.maps.recommenders.keys()),
  });
  const { offers, placements, consent } = context.declared;
  const contracts = yield* compilingEvents(sections, faults);
  const events = new Map([...contracts].map(([event, { check }]) => [event, check]));
  const derived = yield* compilingDerived(context);
  const compiledFeatures = yield* present(features.values(), (feature) =>
    compileFeature(feature, context, derived.formulas.get(feature.slot) ?? null),
  );
  const customerTimezone = customerTimezoneOf(sections, faults);
  const meanings = {
    ...{ timezone, customerTimezone, derived: derived.derived },
    segments: derived.segments.map((segment) => segment.name),
    features: new Map(compiledFeatures.map((feature) => [feature.slot, feature])),
    known: new Map<number, string>(),
  };
  const triggers = yield* present(sections.maps.triggers, ([trigger, node], index) =>
    compileTrigger(index, trigger, node, context, meanings),
  );
  const compiledOffers = yield* present(offers.values(), (offer, index) =>
    compileOffer(index, offer, context),
  );
  const compiledPlacements = yield* present(placements.values(), (placement) =>
    compilePlacement(placement, context),
  );
  const channels = yield* compilingChannels(sections.maps.channels, context);
  const { items, recommenders } = sections.maps;
  const recommending = yield* compilingRecommenders(items, recommenders, context);
  const contactPolicy = yield* present(sections.contactPolicy, (rule) =>
    compileContactRule(rule, context),
  );
  context.origins.finish(features.values());
  const selectors = [...compiledFeatures, ...triggers].flatMap(selectorsOf);
  checkEventPaths(compiledFeatures, triggers, sections.maps.triggers, contracts, context);
  yield;
  const known = knownEvents(events.keys(), selectors);
  for (const test of sections.maps.tests.values()) {
    checkTest(test, known, context);
    yield;
  }
  const catalog: Catalog = {
    name: name ?? '',
    hash: yield* hashing(sections, timezone),
    timezone,
    customerTimezone,
    country: header(sections, 'country', faults),
    currency: header(sections, 'currency', faults),
    identifiers: compileIdentifiers(sections.maps.identifiers, faults),
    consent,
    events,
    features: compiledFeatures,
    segments: derived.segments,
    triggers,
    offers: compiledOffers,
    placements: new Map(compiledPlacements.map((placement) => [placement.name, placement])),
    channels,
    contactPolicy,
    recommending,
  };
  return { catalog, context, contracts };
}

/** What comes of each item; a pause after each. */
function* present<T, R>(
  items: Iterable<T>,
  make: (item: T, index: number) => R | null,
): Sliced<R[]> {
  const made: R[] = [];
  let index = 0;
  for (const item of items) {
    const one = make(item, index++);
    if (one !== null) made.push(one);
    yield;
  }
  return made;
}

function header(sections: Sections, name: HeaderSection, faults: FaultList): string | null {
  const node = sections.headers.get(name);
  return node === undefined ? null : checkShape(HEADER_SHAPES[name], node, faults);
}

function timezoneOf(sections: Sections, faults: FaultList): string {
  const timezone = header(sections, 'timezone', faults);
  if (timezone === null || isTimezone(timezone)) return timezone ?? 'UTC';
  const expected = 'a time zone such as Asia/Shanghai';
  faults.at(sections.headers.get('timezone')!, `there is no time zone "${timezone}"`, {
    found: timezone,
    expected,
    suggestion: zoneOf(timezone) ?? suggest(timezone, Intl.supportedValuesOf('timeZone')),
  });
  return 'UTC';
}

function customerTimezoneOf(sections: Sections, faults: FaultList): Path | null {
  const node = sections.headers.get('customer_timezone');
  if (node === undefined || header(sections, 'customer_timezone', faults) === null) return null;
  return parseTrait(node, 'a trait such as traits.tz', faults);
}

/** `Berlin` → Europe/Berlin */
function zoneOf(city: string): string | null {
  const end = `/${city.toLowerCase()}`;
  const zones = Intl.supportedValuesOf('timeZone');
  return zones.find((zone) => zone.toLowerCase().endsWith(end)) ?? null;
}

function* compilingEvents(
  sections: Sections,
  faults: FaultList,
): Sliced<Map<string, EventContract>> {
  const events = new Map<string, EventContract>();
  for (const [name, node] of sections.maps.events) {
    const contract = compileEvent(name, node, faults);
    if (contract !== null) events.set(name, contract);
    yield;
  }
  return events;
}

function knownEvents(declared: Iterable<string>, selectors: readonly EventSelector[]): KnownEvents {
  const names = new Set(declared);
  let any = false;
  for (const selector of selectors) {
    any ||= selector.any;
    for (const name of selector.names) names.add(name);
  }
  return { names, any };
}
