// Offers and placements laid out for deciding: who is a candidate where, known before any event.

import type {
  CapDefinition,
  Catalog,
  ContactRule,
  OfferDefinition,
  PlacementDefinition,
} from '../../model/catalog.ts';
import type { ChannelDefinition } from '../../model/channel.ts';
import type { RecommenderDefinition } from '../../model/recommending.ts';
import type { Sliced } from '../../model/sliced.ts';
import type { Condition } from '../../model/value.ts';
import { type CapSpec, capKey, countable } from './cap-specs.ts';
import { type RefusedCandidates, refusedCandidates } from './refused-candidates.ts';
import { type SharedTest, sharedTests } from './shared-tests.ts';

/** One cap, with the key of its log and the `max` that is compared. */
export interface CapProgram {
  readonly key: string;
  readonly max: number;
  /** null = for ever. */
  readonly windowMs: number | null;
}

/** An offer, with its caps ready to compare and to count. */
export interface OfferProgram {
  readonly definition: OfferDefinition;
  /** Whether it starts or ends some day. */
  readonly isDated: boolean;
  readonly eligibility: Condition | null;
  /** The same, where other offers have it too. */
  readonly sharedEligibility: SharedTest | null;
  readonly caps: readonly CapProgram[];
  /** What to store when it is chosen; null when no cap counts that. */
  readonly decisionSpec: CapSpec | null;
  /** What it is as a candidate that did not come to arbitration. */
  readonly refused: RefusedCandidates;
}

/** A placement, with its candidates in definition order. */
export interface PlacementProgram {
  readonly definition: PlacementDefinition;
  /** Offers with a treatment for it, without the fallback. */
  readonly offers: readonly OfferProgram[];
  readonly fallback: OfferProgram | null;
  /** Its channel, where that carries decisions away; null = it answers. */
  readonly carrier: ChannelDefinition | null;
  /** Whose list its decisions have; null = they have none. */
  readonly recommender: RecommenderDefinition | null;
  /** The contact rules that concern its channel. */
  readonly contactRules: readonly ContactRule[];
}

/** All offers by name, in definition order; a pause after each. */
export function* preparingOffers(
  offers: readonly OfferDefinition[],
  specs: ReadonlyMap<string, CapSpec>,
): Sliced<ReadonlyMap<string, OfferProgram>> {
  const shared = sharedTests(offers.map(({ eligibility }) => eligibility));
  const prepared = new Map<string, OfferProgram>();
  for (const [i, definition] of offers.entries()) {
    const { name, startsAtMs, endsAtMs, eligibility, caps } = definition;
    prepared.set(name, {
      definition,
      isDated: startsAtMs !== null || endsAtMs !== null,
      eligibility,
      sharedEligibility: shared[i]!,
      caps: caps.map((cap) => prepareCap(name, cap)),
      decisionSpec: specs.get(capKey(name, 'decision')) ?? null,
      refused: refusedCandidates(name),
    });
    yield;
  }
  return prepared;
}

function prepareCap(offer: string, cap: CapDefinition): CapProgram {
  const { windowMs } = cap;
  const max = windowMs === null ? cap.max : countable(cap.max);
  return { key: capKey(offer, cap.of), max, windowMs };
}

/** All placements by name. */
export function preparePlacements(
  catalog: Catalog,
  offers: ReadonlyMap<string, OfferProgram>,
): ReadonlyMap<string, PlacementProgram> {
  const treated = new Map<string, OfferProgram[]>();
  for (const name of catalog.placements.keys()) treated.set(name, []);
  for (const offer of offers.values()) {
    for (const name of offer.definition.treatments.keys()) treated.get(name)?.push(offer);
  }
  const placements = new Map<string, PlacementProgram>();
  for (const definition of catalog.placements.values()) {
    const { name, channel, fallback, recommend } = definition;
    const all = treated.get(name)!;
    placements.set(name, {
      definition,
      offers: fallback === null ? all : all.filter((offer) => offer.definition.name !== fallback),
      fallback: all.find((offer) => offer.definition.name === fallback) ?? null,
      carrier: (channel === null ? null : catalog.channels.get(channel)) ?? null,
      recommender:
        (recommend === null ? null : catalog.recommending?.recommenders.get(recommend)) ?? null,
      contactRules: catalog.contactPolicy.filter(
        (rule) => channel !== null && rule.channels.has(channel),
      ),
    });
  }
  return placements;
}
