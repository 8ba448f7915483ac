import type { TriggerDefinition } from '../model/catalog.ts';
import type { OfferProgram, PlacementProgram } from './decide/placements.ts';

/** A placement that a trigger decides, with what it allows there, in definition order. */
export interface Decides {
  readonly placement: PlacementProgram;
  readonly offers: readonly OfferProgram[];
}

/** A trigger with the placements it decides and what it allows in each, in definition order. */
export interface TriggerProgram {
  readonly definition: TriggerDefinition;
  readonly decide: readonly Decides[];
}
