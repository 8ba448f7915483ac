// Which events can be at hand where an expression stands: of a feature or a trigger those it selects;
// of an offer, a placement or a contact rule those of the triggers that can bring it about.

import type { Catalog, EventSelector, TriggerDefinition } from '../../model/catalog.ts';
import { isWithin } from '../fault.ts';
import type { Located } from '../located.ts';
import { ownerOf } from './mentioned.ts';

/** The events that make a placement decide. */
interface Deciding {
  readonly ofAll: EventSelector | null;
  /** Of the triggers that let any offer win. */
  readonly ofAny: EventSelector | null;
  /** Those that name their offers. */
  readonly picky: readonly TriggerDefinition[];
}

export class EventsAtHand {
  private readonly known = new Map<string, EventSelector | null>();
  private readonly byFeature: ReadonlyMap<string, EventSelector>;
  private readonly treatments: ReadonlyMap<string, readonly string[]>;
  private readonly byTrigger: ReadonlyMap<string, EventSelector>;
  private readonly deciding = new Map<string, Deciding>();

  constructor(
    private readonly catalog: Catalog,
    /** Where its contact rules stand, in their order. */
    private readonly rules: readonly Located[],
  ) {
    this.treatments = new Map(
      catalog.offers.map(({ name, treatments }) => [name, [...treatments.keys()]]),
    );
    this.byFeature = new Map(catalog.features.map(({ name, on }) => [name, on]));
    this.byTrigger = new Map(catalog.triggers.map(({ name, on }) => [name, on]));
    for (const placement of catalog.placements.keys()) {
      const triggers = catalog.triggers.filter(({ decide }) => decide.includes(placement));
      this.deciding.set(placement, {
        ofAll: together(triggers.map(({ on }) => on)),
        // One selector for thousands of offers, where no trigger picks among them.
        ofAny: together(triggers.filter(({ offers }) => offers === null).map(({ on }) => on)),
        picky: triggers.filter(({ offers }) => offers !== null),
      });
    }
  }

  /** At a part of the catalog; null where no event ever is, or where it cannot be told. */
  at(node: Located): EventSelector | null {
    const { section, name, key, under } = ownerOf(node.path);
    if (section === 'features') return this.byFeature.get(name) ?? null;
    if (section === 'triggers') return this.byTrigger.get(name) ?? null;
    const place = key === 'treatments' ? under.replace(/\[.*$/, '') : '';
    // Each file counts its rules from 0.
    const rule = this.rules.findIndex((each) => isIn(node, each));
    const id = `${section} ${name} ${place} ${rule}`;
    let found = this.known.get(id);
    if (found === undefined) {
      if (section === 'placements') found = this.deciding.get(name)?.ofAll ?? null;
      else if (section === 'offers') found = this.ofOffer(name, place);
      else found = this.ofRule(rule);
      this.known.set(id, found);
    }
    return found;
  }

  private ofRule(index: number): EventSelector | null {
    const rule = this.catalog.contactPolicy[index];
    const placements = [...this.catalog.placements.values()].filter(
      ({ channel }) => channel !== null && rule?.channels.has(channel) === true,
    );
    return together(placements.map(({ name }) => this.deciding.get(name)?.ofAll ?? null));
  }

  private ofOffer(name: string, place: string): EventSelector | null {
    const places = place === '' ? (this.treatments.get(name) ?? []) : [place];
    return together(
      places.flatMap((placement) => {
        const { ofAll = null, ofAny = null, picky = [] } = this.deciding.get(placement) ?? {};
        if (this.catalog.placements.get(placement)?.fallback === name) return [ofAll];
        return [ofAny, ...picky.filter(({ offers }) => offers!.has(name)).map(({ on }) => on)];
      }),
    );
  }
}

function isIn(node: Located, rule: Located): boolean {
  return node.file === rule.file && isWithin(node.path, rule.path);
}

/** All events of some selectors; null where there are none. */
function together(selectors: readonly (EventSelector | null)[]): EventSelector | null {
  const some = new Set(selectors.filter((on) => on !== null));
  const [first = null] = some;
  if (some.size < 2) return first;
  const names = new Set<string>();
  for (const on of some) {
    if (on.any) return on;
    for (const name of on.names) names.add(name);
  }
  return { any: false, names: [...names] };
}
