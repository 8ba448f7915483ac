// Hot path. The state that a step is making: a copy whose collections are still those of the old
// state. Who changes one copies it first, once per step, and so the old state stays as it was.

import type { CustomerState } from '../model/state.ts';

/** A state under construction; its collections are replaced, never written through. */
export type Draft = { -readonly [K in keyof CustomerState]: CustomerState[K] };

/** A draft with everything shared. Fields in the order of CustomerState. */
export function draftOf(state: CustomerState): Draft {
  return {
    customerId: state.customerId,
    aliases: state.aliases,
    asOfMs: state.asOfMs,
    publication: state.publication,
    records: state.records,
    traits: state.traits,
    consent: state.consent,
    features: state.features,
    orphans: state.orphans,
    cooldowns: state.cooldowns,
    caps: state.caps,
    contacts: state.contacts,
    decisions: state.decisions,
    seen: state.seen,
    seenSpilledMs: state.seenSpilledMs,
    answers: state.answers,
    memberships: state.memberships,
  };
}
