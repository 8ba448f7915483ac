import { type FeatureCounters, featureCounters } from './features/features.ts';

/**
 * What the engine counts for metrics: plain numbers that only grow, one object per Program. They
 * are no part of a step's result.
 */
export interface Counters {
  /** Conditions that were unknown and so counted as no match. */
  conditionsUnknown: number;
  /** Templates that were unknown and rendered `""`. */
  templatesUnknown: number;
  /** Offers with an unknown, negative or non-finite score. */
  scoresUnknown: number;
  /** Offers with a budget of money for which nobody can say what one grant costs. */
  costsUnknown: number;
  /** Firings that did not happen because the customer has too many running cooldowns. */
  firingsDropped: number;
  /** Timers, and firings that waited, that left since the customer has too many. */
  timersDropped: number;
  /** Traits that a trigger waits for every year (`at`) and that are no dates, each time one is looked at. */
  datesUnread: number;
  /** Traits and consent categories that were too long, or left because there were too many. */
  traitsDropped: number;
  /** Features that were dropped because they left the catalog too long ago. */
  orphansDropped: number;
  /** What features could not take or keep. */
  readonly features: FeatureCounters;
}

/** All zero. */
export function newCounters(): Counters {
  return {
    conditionsUnknown: 0,
    templatesUnknown: 0,
    scoresUnknown: 0,
    costsUnknown: 0,
    firingsDropped: 0,
    timersDropped: 0,
    datesUnread: 0,
    traitsDropped: 0,
    orphansDropped: 0,
    features: featureCounters(),
  };
}
