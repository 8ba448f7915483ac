// What time fired, and nothing carries away: it waits in the state until one of its placements is asked
// for, and is decided then, with the customer, caps and budgets of that moment. Nothing is counted before.

import type { Decision } from '../../model/decision.ts';
import type { Waiting } from '../../model/timer.ts';
import { type Ask, type AskingFiring, union } from '../decide/ask.ts';
import type { OfferProgram } from '../decide/placements.ts';
import type { Draft } from '../draft.ts';
import { WAITING_MAX } from '../limits.ts';
import type { Program } from '../program.ts';
import { readKeptEvent } from './kept-event.ts';

/**
 * Has a firing wait, in the place of an earlier one of the same trigger and `per` value: one answer is for
 * both, and what is newer is what it speaks of. Of too many the oldest leaves.
 */
export function putWaiting(program: Program, draft: Draft, waiting: Waiting): void {
  const left = draft.waiting.filter(
    (other) => other.untilMs > draft.asOfMs && !isSuperseded(other, waiting),
  );
  if (waiting.untilMs > draft.asOfMs) left.push(waiting);
  const over = Math.max(0, left.length - WAITING_MAX);
  program.counters.timersDropped += over;
  draft.waiting = left.slice(over);
}

/** Whether a newer one is for all that it is for. */
export function isSuperseded(older: Waiting, newer: Waiting): boolean {
  return (
    older.trigger === newer.trigger &&
    older.key === newer.key &&
    older.placements.every((placement) => newer.placements.includes(placement))
  );
}

/** A question with the firings that wait for it. */
export interface WaitingAsk extends Ask {
  readonly firings: readonly (AskingFiring & { readonly waiting: Waiting })[];
}

/** The question decided among what the waiting firings allow, oldest first; null = none waits. */
export function waitingAsk(
  program: Program,
  draft: Draft,
  { placement, limit }: Ask,
  nowMs: number,
): WaitingAsk | null {
  const { name } = placement.definition;
  let offers: readonly OfferProgram[] | null = null;
  const firings = draft.waiting.flatMap((waiting) => {
    if (waiting.untilMs <= nowMs || !waiting.placements.includes(name)) return [];
    const trigger = program.triggerPrograms.get(waiting.trigger);
    const decide = trigger?.decide.find((each) => each.placement === placement);
    // The catalog is another by now.
    if (decide === undefined) return [];
    offers = offers === null ? decide.offers : union(placement, offers, decide.offers);
    const kept = readKeptEvent(waiting.event);
    const allowed = trigger!.definition.offers;
    return [{ trigger: waiting.trigger, key: waiting.key, offers: allowed, kept, waiting }];
  });
  if (offers === null) return null;
  return { placement, offers, firings, limit, waiting: true };
}

/** Takes out the firings that allow something of what was chosen: they have been answered. */
export function spend(draft: Draft, { firings }: WaitingAsk, decision: Decision): void {
  const chosen = decision.candidates.flatMap(({ offerId, reason }) =>
    reason === 'chosen' || reason === 'holdout' ? [offerId] : [],
  );
  const spent = new Set(
    firings
      .filter(({ offers }) => offers === null || chosen.some((offer) => offers.has(offer)))
      .map(({ waiting }) => waiting),
  );
  draft.waiting = draft.waiting.filter((waiting) => !spent.has(waiting));
}
