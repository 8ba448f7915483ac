// What an expression may name where it stands, and what its compiler tells about it.

import type { FeatureType } from '../../model/catalog.ts';

/** A feature as an expression sees it. */
export interface FeatureName {
  readonly slot: number;
  /** Of one value; with `keyed`, of each key's value. */
  readonly type: FeatureType;
  /** Has `by`, or is an affinity: reads as a map, and `x[key]` as one key's value. */
  readonly keyed: boolean;
}

/** A segment as an expression sees it. */
export interface SegmentName {
  readonly index: number;
  /** Names of a group's members; null for a plain segment. */
  readonly members: readonly string[] | null;
}

/** The names in scope at one place of the catalog. */
export interface ExpressionNames {
  readonly features: ReadonlyMap<string, FeatureName>;
  readonly segments: ReadonlyMap<string, SegmentName>;
  readonly purposes: ReadonlySet<string>;
  readonly placements: ReadonlySet<string>;
  /** Whether an event is at hand. */
  readonly event: boolean;
  /** Whether `before.…` may be used (triggers). */
  readonly before: boolean;
  /** What `firing.trigger` may be. */
  readonly triggers: ReadonlySet<string>;
  /** Whether `firing.…` may be used. */
  readonly firing: boolean;
  /**
   * What of a channel it is: of a message that is `made`, `treatment`, `decision`, `delivery` and
   * `customer` are at hand, too, and no `context`; of one that was `answered`, `response` and nothing else.
   * Of a list of items that is `listed`, `item` and `seed` are.
   */
  readonly message: 'made' | 'answered' | 'listed' | 'shown' | null;
  /** IANA zone of the catalog: what dates, hours and ages mean. */
  readonly timezone: string;
}

/** What is wrong, where in the source (UTF-16 units), and the name that was perhaps meant. */
export interface ExpressionFault {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly suggestion: string | null;
}

/** What an expression reads. Numbers ascend, without repeats; `before.x` reads x, too. */
export interface ExpressionReads {
  readonly featureSlots: readonly number[];
  readonly segmentIndexes: readonly number[];
  readonly traits: boolean;
  readonly consent: boolean;
  readonly event: boolean;
  readonly before: boolean;
  readonly now: boolean;
  /** `firing.trigger`. */
  readonly trigger: boolean;
}
