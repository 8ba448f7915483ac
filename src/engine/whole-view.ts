// A customer as people in a shop need to see one: what view.ts shows, in words, and under which names.
// Not on the hot path.

import type { Link } from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import { isoTime } from './decide/answer.ts';
import type { Program } from './program.ts';
import { type TimeView, timeView } from './time-view.ts';
import { type CustomerView, view } from './view.ts';
import { featureWords } from './words/feature-words.ts';

/** A customer that was folded into this one. */
export interface MergedView {
  /** The customer id of that time. */
  readonly from: string;
  readonly mergeId: string;
  /** ISO 8601 UTC. */
  readonly at: string | null;
}

/** The body of the answer, as far as the state tells it. */
export interface WholeView extends CustomerView, TimeView {
  /** Oldest first. */
  readonly merged: readonly MergedView[];
  /** By feature, one sentence each. */
  readonly described: { readonly [name: string]: string };
  /** What the customer stated, and when; ISO 8601 UTC. */
  readonly consentStated: {
    readonly [purpose: string]: { readonly granted: boolean; readonly at: string | null };
  };
}

/** The whole view at a moment; never before the state's own clock. */
export function wholeView(program: Program, state: CustomerState, nowMs: number): WholeView {
  const { features, timezone } = program.catalog;
  const shown = view(program, state, nowMs);
  // `view` has turned it to this state, at its time.
  const { scope } = program;
  const saying = { nowMs: scope.nowMs, timezone };
  const described: { [name: string]: string } = {};
  for (const feature of features) {
    described[feature.name] = featureWords(feature, scope.feature(feature.slot), saying);
  }
  const consentStated: { [purpose: string]: { granted: boolean; at: string | null } } = {};
  for (const [purpose, { granted, atMs }] of state.consent) {
    if (purpose !== '__proto__') consentStated[purpose] = { granted, at: isoTime(atMs) };
  }
  return {
    ...shown,
    aliases: namesOf(state),
    merged: state.merges.map(({ from, mergeId, atMs }) => ({
      from: shownAs(state, from),
      mergeId,
      at: isoTime(atMs),
    })),
    described,
    consentStated,
    ...timeView(state, scope.nowMs),
  };
}

/** Every way to reach the customer beside the id, each once; identifiers by what they stand for. */
function namesOf({ customerId, links, aliases }: CustomerState): readonly string[] {
  const names = new Set([...links.map(nameOf), ...aliases]);
  // What the id itself stands for stays, where it is an identifier's.
  names.delete(customerId);
  return [...names];
}

/** An id as people know it, where that is known. */
function shownAs({ links }: CustomerState, id: string): string {
  const link = links.find((each) => each.id === id);
  return link === undefined ? id : nameOf(link);
}

function nameOf({ id, kind, value }: Link): string {
  return value === null || kind === 'user' ? id : `${kind}:${value}`;
}
