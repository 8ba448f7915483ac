// Hot path. The state that a step is making: over the sections of the state that was stored, which
// are neither copied nor even decoded until they are read. Who changes a collection replaces it, so
// the state before stays as it was.

import type { CustomerItem } from './customer-items.ts';
import type { Link, MergeEntry } from './identity.ts';
import type {
  CapLog,
  ConsentChoice,
  CustomerState,
  FeatureValues,
  KeptAnswer,
  Preference,
  RecentDecision,
  Sections,
  Trait,
} from './state.ts';
import type { Timer, Waiting } from './timer.ts';

/** Some of a state's sections; null = this one is not among them. */
export type SomeSections = { -readonly [Name in keyof Sections]: Sections[Name] | null };

export function noSections(): SomeSections {
  return {
    traits: null,
    consent: null,
    orphans: null,
    cooldowns: null,
    caps: null,
    contacts: null,
    decisions: null,
    answers: null,
    links: null,
    merges: null,
    apart: null,
    drawnAs: null,
    timers: null,
    waiting: null,
    noted: null,
    lookAtMs: null,
    preferred: null,
    items: null,
  };
}

/** A state under construction, and afterwards a state like any other. */
export class DraftState implements CustomerState {
  readonly customerId: string;
  aliases: readonly string[];
  asOfMs: number;
  publication: number;
  records: number;
  features: FeatureValues;
  seen: string;
  seenSpilledMs: number;
  memberships: string;
  /** Where sections come from that were not replaced; never a draft, so that drafts form no chain. */
  readonly base: Sections;
  private own: SomeSections | null = null;

  /** With everything shared. */
  constructor(state: CustomerState) {
    this.customerId = state.customerId;
    this.aliases = state.aliases;
    this.asOfMs = state.asOfMs;
    this.publication = state.publication;
    this.records = state.records;
    this.features = state.features;
    this.seen = state.seen;
    this.seenSpilledMs = state.seenSpilledMs;
    this.memberships = state.memberships;
    if (state instanceof DraftState) {
      this.base = state.base;
      // A copy of one shape, which V8 makes in one piece.
      if (state.own !== null) this.own = { ...state.own };
    } else {
      this.base = state;
    }
  }

  /** The sections that were replaced; null = none was. */
  get replaced(): Readonly<SomeSections> | null {
    return this.own;
  }

  get traits(): ReadonlyMap<string, Trait> {
    return this.own?.traits ?? this.base.traits;
  }
  set traits(traits: ReadonlyMap<string, Trait>) {
    this.replacing().traits = traits;
  }

  get consent(): ReadonlyMap<string, ConsentChoice> {
    return this.own?.consent ?? this.base.consent;
  }
  set consent(consent: ReadonlyMap<string, ConsentChoice>) {
    this.replacing().consent = consent;
  }

  get orphans(): ReadonlyMap<string, number> {
    return this.own?.orphans ?? this.base.orphans;
  }
  set orphans(orphans: ReadonlyMap<string, number>) {
    this.replacing().orphans = orphans;
  }

  get cooldowns(): ReadonlyMap<string, number> {
    return this.own?.cooldowns ?? this.base.cooldowns;
  }
  set cooldowns(cooldowns: ReadonlyMap<string, number>) {
    this.replacing().cooldowns = cooldowns;
  }

  get caps(): ReadonlyMap<string, CapLog> {
    return this.own?.caps ?? this.base.caps;
  }
  set caps(caps: ReadonlyMap<string, CapLog>) {
    this.replacing().caps = caps;
  }

  get contacts(): ReadonlyMap<string, readonly number[]> {
    return this.own?.contacts ?? this.base.contacts;
  }
  set contacts(contacts: ReadonlyMap<string, readonly number[]>) {
    this.replacing().contacts = contacts;
  }

  get decisions(): readonly RecentDecision[] {
    return this.own?.decisions ?? this.base.decisions;
  }
  set decisions(decisions: readonly RecentDecision[]) {
    this.replacing().decisions = decisions;
  }

  get answers(): readonly KeptAnswer[] {
    return this.own?.answers ?? this.base.answers;
  }
  set answers(answers: readonly KeptAnswer[]) {
    this.replacing().answers = answers;
  }

  get links(): readonly Link[] {
    return this.own?.links ?? this.base.links;
  }
  set links(links: readonly Link[]) {
    this.replacing().links = links;
  }

  get merges(): readonly MergeEntry[] {
    return this.own?.merges ?? this.base.merges;
  }
  set merges(merges: readonly MergeEntry[]) {
    this.replacing().merges = merges;
  }

  get apart(): readonly string[] {
    return this.own?.apart ?? this.base.apart;
  }
  set apart(ids: readonly string[]) {
    this.replacing().apart = ids;
  }

  get drawnAs(): string {
    return this.own?.drawnAs ?? this.base.drawnAs;
  }
  set drawnAs(id: string) {
    this.replacing().drawnAs = id;
  }

  get timers(): readonly Timer[] {
    return this.own?.timers ?? this.base.timers;
  }
  set timers(timers: readonly Timer[]) {
    this.replacing().timers = timers;
  }

  get waiting(): readonly Waiting[] {
    return this.own?.waiting ?? this.base.waiting;
  }
  set waiting(waiting: readonly Waiting[]) {
    this.replacing().waiting = waiting;
  }

  get noted(): ReadonlyMap<string, number> {
    return this.own?.noted ?? this.base.noted;
  }
  set noted(noted: ReadonlyMap<string, number>) {
    this.replacing().noted = noted;
  }

  get lookAtMs(): number {
    return this.own?.lookAtMs ?? this.base.lookAtMs;
  }
  set lookAtMs(atMs: number) {
    this.replacing().lookAtMs = atMs;
  }

  get preferred(): ReadonlyMap<string, Preference> {
    return this.own?.preferred ?? this.base.preferred;
  }
  set preferred(preferred: ReadonlyMap<string, Preference>) {
    this.replacing().preferred = preferred;
  }

  get items(): readonly CustomerItem[] {
    return this.own?.items ?? this.base.items;
  }
  set items(items: readonly CustomerItem[]) {
    this.replacing().items = items;
  }

  private replacing(): SomeSections {
    this.own ??= noSections();
    return this.own;
  }
}
