// What is left of the survivor's counts when another is taken out again: its own, and what was decided
// since. What both lists of times have lost to their limits is not known any more: then the survivor keeps
// what it had before.

import type { CapLog, CustomerState } from '../model/state.ts';

/** Others that one customer is said not to be; the oldest is forgotten. */
const APART_MAX = 32;

/** The parts of a state that decisions leave behind. */
export type Counted = Pick<
  CustomerState,
  'caps' | 'contacts' | 'cooldowns' | 'decisions' | 'answers'
>;

/**
 * @param survivor as it is now
 * @param theirs the other's state when it was folded
 * @param own the survivor's state then
 */
export function countsLeft(survivor: Counted, theirs: Counted, own: Counted): Counted {
  const theirDecisions = new Set(theirs.decisions.map(({ decisionId }) => decisionId));
  const theirAnswers = new Set(theirs.answers.map(({ message }) => message));
  return {
    caps: without(survivor.caps, theirs.caps, own.caps, capLeft),
    contacts: without(survivor.contacts, theirs.contacts, own.contacts, timesLeft),
    cooldowns: without(survivor.cooldowns, theirs.cooldowns, own.cooldowns, cooldownLeft),
    decisions: survivor.decisions.filter(({ decisionId }) => !theirDecisions.has(decisionId)),
    answers: survivor.answers.filter(({ message }) => !theirAnswers.has(message)),
  };
}

/** Decisions with what was reported to them while they were another's. */
export function withOutcomesOf(
  decisions: CustomerState['decisions'],
  others: CustomerState['decisions'],
): CustomerState['decisions'] {
  const known = new Map(others.map((decision) => [decision.decisionId, decision.outcomes]));
  return decisions.map((decision) => {
    const outcomes = known.get(decision.decisionId);
    return outcomes === undefined ? decision : { ...decision, outcomes };
  });
}

/** Key by key; null = nothing is left of it. */
function without<T>(
  all: ReadonlyMap<string, T>,
  theirs: ReadonlyMap<string, T>,
  own: ReadonlyMap<string, T>,
  leave: (all: T, theirs: T, own: T | undefined) => T | null,
): ReadonlyMap<string, T> {
  const left = new Map(all);
  for (const [key, value] of theirs) {
    const present = left.get(key);
    if (present === undefined) continue;
    const rest = leave(present, value, own.get(key));
    if (rest === null) left.delete(key);
    else left.set(key, rest);
  }
  return left;
}

function capLeft(all: CapLog, theirs: CapLog, own: CapLog | undefined): CapLog | null {
  const total = Math.max(all.total - theirs.total, own?.total ?? 0);
  if (total === 0) return null;
  const timesMs = timesLeft(all.timesMs, theirs.timesMs, own?.timesMs);
  // Counted, it was at some time: without one it would be taken for over, and forgotten.
  return { total, timesMs: timesMs ?? all.timesMs.slice(-1) };
}

function timesLeft(
  all: readonly number[],
  theirs: readonly number[],
  own: readonly number[] = [],
): readonly number[] | null {
  const left = [...all];
  for (const atMs of theirs) remove(left, atMs);
  // One that both had at the same time went with theirs.
  const kept = [...left];
  for (const atMs of own) if (!remove(kept, atMs)) left.push(atMs);
  return left.length === 0 ? null : left.sort((a, b) => a - b);
}

/** The later of both firings held; where that was theirs, it is the survivor's own again. */
function cooldownLeft(all: number, theirs: number, own: number | undefined): number | null {
  return all === theirs ? (own ?? null) : all;
}

function remove(times: number[], atMs: number): boolean {
  const at = times.indexOf(atMs);
  if (at >= 0) times.splice(at, 1);
  return at >= 0;
}

/** They are joined again by hand alone: else the next call with both names would undo it. */
export function addedTo(apart: readonly string[], id: string): readonly string[] {
  return [...apart.filter((each) => each !== id), id].slice(-APART_MAX);
}
