// Hot path, where a catalog has a `one_of`. What an event fired, decided, where a firing is for one of
// several placements: it tries those that are allowed, the customer's preferred one first, and the first
// that has an offer is it. What it tried before leaves no trace: a decision without an offer counts
// nowhere.
//
// One event still makes at most one decision for a placement. A firing that comes to one that others ask
// for asks together with them; to one that is decided already it does not come again: what was offered
// there is its answer, too. Where none has an offer, the first that it tried says why.

import { type Decision, shownItems } from '../../model/decision.ts';
import { byPreference } from '../preferences.ts';
import type { StateScope } from '../scope.ts';
import { decideAll, decider, type Stepping } from '../stepping.ts';
import type { Decides } from '../trigger-program.ts';
import type { Fired } from '../triggers.ts';
import { type Ask, type AskingFiring, askingFiring, asksOf, join } from './ask.ts';
import { closedReason } from './closed.ts';
import { mayContact } from './contacts.ts';
import type { PlacementProgram } from './placements.ts';

interface Made {
  readonly ask: Ask;
  readonly decision: Decision;
}

/** A firing that chooses, and how far it has come. */
interface Choice {
  readonly firing: AskingFiring;
  readonly ways: readonly Decides[];
  at: number;
  /** What it tried first. */
  refused: Made | null;
  isAnswered: boolean;
}

/**
 * Decides what an event fired, in definition order.
 * @param within the placements that may be asked for; null = all
 */
export function decideFired(
  stepping: Stepping,
  fired: readonly Fired[],
  within: ReadonlySet<string> | null,
  scope: StateScope,
): readonly Decision[] {
  const { choosable } = stepping.program;
  if (choosable === null || !fired.some(({ trigger }) => trigger.definition.oneOf)) {
    return decideAll(stepping, asksOf(fired, within), scope);
  }
  const pending: Ask[] = [];
  const choices: Choice[] = [];
  /** Decided whatever comes of it: some firing is for all of its placements. */
  const firm = new Set<PlacementProgram>();
  for (const each of fired) {
    const { trigger, decide } = each;
    const { oneOf } = trigger.definition;
    const asked =
      within === null
        ? decide
        : decide.filter(({ placement }) => within.has(placement.definition.name));
    if (asked.length === 0) continue;
    const firing = askingFiring(each);
    const ways = oneOf ? waysOf(stepping, each, asked, scope) : asked;
    for (const way of oneOf ? ways.slice(0, 1) : ways) join(pending, firing, way);
    if (oneOf) choices.push({ firing, ways, at: 0, refused: null, isAnswered: false });
    else for (const { placement } of ways) firm.add(placement);
  }
  const made = decideChoosing(pending, choices, firm, decider(stepping, scope));
  stepping.asked?.push(...made.map(({ ask }) => ask));
  return made.map(({ decision }) => decision);
}

/** Those that are allowed, in the order of preference; where none is, the preferred one. */
function waysOf(
  { program, draft }: Stepping,
  { trigger, key }: Fired,
  asked: readonly Decides[],
  scope: StateScope,
): readonly Decides[] {
  const ways = byPreference(draft, trigger, asked, scope.nowMs);
  scope.pointFiring(trigger.definition.name, key);
  const allowed = ways.filter(
    ({ placement }) =>
      closedReason(program, draft, placement, scope) === null &&
      mayContact(draft, placement, scope, program.counters),
  );
  return allowed.length > 0 ? allowed : ways.slice(0, 1);
}

function decideChoosing(
  pending: Ask[],
  choices: readonly Choice[],
  firm: ReadonlySet<PlacementProgram>,
  decideOne: (ask: Ask) => Decision,
): readonly Made[] {
  const made = new Map<PlacementProgram, Made>();
  while (pending.length > 0) {
    const ask = pending.shift()!;
    const { placement } = ask;
    const decision = decideOne(ask);
    const isAnswer = answers(decision);
    if (isAnswer || firm.has(placement)) made.set(placement, { ask, decision });
    let place = 0;
    for (const choice of choices) {
      if (choice.isAnswered || choice.ways[choice.at]?.placement !== placement) continue;
      choice.refused ??= { ask, decision };
      choice.isAnswered = isAnswer;
      if (!isAnswer && moveOn(choice, made, pending, place)) place++;
    }
  }
  for (const { isAnswered, refused } of choices) {
    if (isAnswered || made.has(refused!.ask.placement)) continue;
    made.set(refused!.ask.placement, refused!);
  }
  return [...made.values()];
}

/**
 * A list is something, too. Somebody who is held out would have been given something: elsewhere it would be
 * no holdout.
 */
export function answers(decision: Decision): boolean {
  return decision.offers.length > 0 || decision.holdout || shownItems(decision).length > 0;
}

/** To its next way, if it has one. @returns whether that is an ask of its own, put in at `place` */
function moveOn(
  choice: Choice,
  made: ReadonlyMap<PlacementProgram, Made>,
  pending: Ask[],
  place: number,
): boolean {
  const { firing, ways } = choice;
  for (choice.at++; choice.at < ways.length; choice.at++) {
    const way = ways[choice.at]!;
    const known = made.get(way.placement);
    if (known === undefined) {
      const before = pending.length;
      join(pending, firing, way);
      if (pending.length === before) return false;
      pending.splice(place, 0, pending.pop()!);
      return true;
    }
    if (!answers(known.decision)) continue;
    choice.isAnswered = true;
    return false;
  }
  return false;
}
