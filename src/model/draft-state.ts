// Hot path. The state that a step is making: over the sections of the state that was stored, which
// are neither copied nor even decoded until they are read. Who changes a collection replaces it, so
// the state before stays as it was.

import type {
  CapLog,
  ConsentChoice,
  CustomerState,
  FeatureValues,
  KeptAnswer,
  RecentDecision,
  Sections,
  Trait,
} from './state.ts';

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
  /** Replaced sections; null = that of the base. */
  ownTraits: ReadonlyMap<string, Trait> | null = null;
  ownConsent: ReadonlyMap<string, ConsentChoice> | null = null;
  ownOrphans: ReadonlyMap<string, number> | null = null;
  ownCooldowns: ReadonlyMap<string, number> | null = null;
  ownCaps: ReadonlyMap<string, CapLog> | null = null;
  ownContacts: ReadonlyMap<string, readonly number[]> | null = null;
  ownDecisions: readonly RecentDecision[] | null = null;
  ownAnswers: readonly KeptAnswer[] | null = null;

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
      this.ownTraits = state.ownTraits;
      this.ownConsent = state.ownConsent;
      this.ownOrphans = state.ownOrphans;
      this.ownCooldowns = state.ownCooldowns;
      this.ownCaps = state.ownCaps;
      this.ownContacts = state.ownContacts;
      this.ownDecisions = state.ownDecisions;
      this.ownAnswers = state.ownAnswers;
    } else {
      this.base = state;
    }
  }

  get traits(): ReadonlyMap<string, Trait> {
    return this.ownTraits ?? this.base.traits;
  }
  set traits(traits: ReadonlyMap<string, Trait>) {
    this.ownTraits = traits;
  }

  get consent(): ReadonlyMap<string, ConsentChoice> {
    return this.ownConsent ?? this.base.consent;
  }
  set consent(consent: ReadonlyMap<string, ConsentChoice>) {
    this.ownConsent = consent;
  }

  get orphans(): ReadonlyMap<string, number> {
    return this.ownOrphans ?? this.base.orphans;
  }
  set orphans(orphans: ReadonlyMap<string, number>) {
    this.ownOrphans = orphans;
  }

  get cooldowns(): ReadonlyMap<string, number> {
    return this.ownCooldowns ?? this.base.cooldowns;
  }
  set cooldowns(cooldowns: ReadonlyMap<string, number>) {
    this.ownCooldowns = cooldowns;
  }

  get caps(): ReadonlyMap<string, CapLog> {
    return this.ownCaps ?? this.base.caps;
  }
  set caps(caps: ReadonlyMap<string, CapLog>) {
    this.ownCaps = caps;
  }

  get contacts(): ReadonlyMap<string, readonly number[]> {
    return this.ownContacts ?? this.base.contacts;
  }
  set contacts(contacts: ReadonlyMap<string, readonly number[]>) {
    this.ownContacts = contacts;
  }

  get decisions(): readonly RecentDecision[] {
    return this.ownDecisions ?? this.base.decisions;
  }
  set decisions(decisions: readonly RecentDecision[]) {
    this.ownDecisions = decisions;
  }

  get answers(): readonly KeptAnswer[] {
    return this.ownAnswers ?? this.base.answers;
  }
  set answers(answers: readonly KeptAnswer[]) {
    this.ownAnswers = answers;
  }
}
