// Which of a placement's offers a trigger allows, known before any event. Thousands of triggers with one
// tag of thousands of offers share one list.

import type { OfferProgram, PlacementProgram } from './placements.ts';

type Lists = Map<ReadonlySet<string>, readonly OfferProgram[]>;

export class AllowedOffers {
  private readonly lists = new Map<PlacementProgram, Lists>();

  /** @param offers all of the catalog, by name */
  constructor(private readonly offers: ReadonlyMap<string, OfferProgram>) {}

  /** In definition order. @param allowed names; null = any */
  at(placement: PlacementProgram, allowed: ReadonlySet<string> | null): readonly OfferProgram[] {
    if (allowed === null) return placement.offers;
    let lists = this.lists.get(placement);
    if (lists === undefined) {
      lists = new Map();
      this.lists.set(placement, lists);
    }
    let list = lists.get(allowed);
    if (list === undefined) {
      list = this.listOf(placement, allowed);
      lists.set(allowed, list);
    }
    return list;
  }

  private listOf({ definition, offers }: PlacementProgram, allowed: ReadonlySet<string>) {
    if (allowed.size > offers.length) {
      return offers.filter((offer) => allowed.has(offer.definition.name));
    }
    const { name, fallback } = definition;
    return [...allowed]
      .flatMap((offer) => this.offers.get(offer) ?? [])
      .filter(
        (offer) => offer.definition.name !== fallback && offer.definition.treatments.has(name),
      )
      .sort((a, b) => a.definition.index - b.definition.index);
  }
}
