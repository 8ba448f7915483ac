// A merge taken back: both customers as they were when they were folded, with what each did since, by
// the name that it was done under. Redis does not know that any more; history does.
//
//   known from history ─► both made again ─► put back, sealed ─► survivor committed ─► opened
//                                              │                    └ from here on they are two
//                                              └ leads to the survivor, who still lists the merge
//
// Decisions, contacts, caps and budgets stay where they were counted.

import { setTimeout as pause } from 'node:timers/promises';
import type { Unmerged } from '../gateway/merging.ts';
import { NO_GRANTS } from '../model/budget.ts';
import { DraftState } from '../model/draft-state.ts';
import { USER_ALONE } from '../model/identity.ts';
import { NO_INPUTS } from '../model/inputs.ts';
import { type CustomerState, emptyState } from '../model/state.ts';
import type { Submission } from '../model/step.ts';
import type { CatalogVersion, StoredState } from '../pipeline.ts';
import type { Finding } from './finding.ts';
import { UNMERGE_MS } from './forgettable.ts';
import { laterThan } from './moves.ts';
import type { MovesParts } from './moves-parts.ts';
import { addedTo, countsLeft } from './taken-apart.ts';

/** A fold, as history has it. */
export interface KnownFold {
  readonly mergeId: string;
  readonly from: string;
  readonly into: string;
  /** Which record of the survivor it is. */
  readonly record: number;
  /** Documents of the states before, a character a byte; '' = there was none. */
  readonly fromState: string;
  readonly intoState: string;
  /** The clock it was folded at, epoch ms. */
  readonly atMs: number;
}

/** Something that came after a fold. */
export type LaterStep =
  /** `id`: the customer id of the name that it was submitted under. */
  | { readonly kind: 'event'; readonly submission: Submission; readonly id: string }
  | { readonly kind: 'fold'; readonly fold: KnownFold };

/** History, as taking back needs it. Rejects with Unavailable. */
export interface MergeHistory {
  /** null = it is not there, or not yet. */
  fold(mergeId: string): Promise<KnownFold | null>;
  /**
   * Events and folds of a customer's records, in order.
   * @param after the number of a record @param last of another; null = they are not all there yet
   */
  steps(customerId: string, after: number, last: number): Promise<readonly LaterStep[] | null>;
}

const ATTEMPTS_MAX = 8;
const POLL_MS = 250;
/** Longest wait for history to have what the survivor counts, ms. */
const HISTORY_WAIT_MS = 10_000;

export interface UnmergeParts extends MovesParts {
  readonly finding: Finding;
  readonly history: MergeHistory;
}

interface Again {
  readonly into: CustomerState;
  readonly from: CustomerState;
  /** As they were when they were folded. */
  readonly intoThen: CustomerState;
  readonly fromThen: CustomerState;
}

/** Takes a merge back. @param name of the survivor */
export async function unmerge(
  parts: UnmergeParts,
  name: string,
  mergeId: string,
): Promise<Unmerged> {
  const { catalogs, finding, history } = parts;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const survivor = await finding.findFresh(name);
    const { state } = survivor;
    const entry = state.merges.find((merge) => merge.mergeId === mergeId);
    if (entry === undefined) return { kind: 'unknown' };
    if (parts.nowMs() - entry.atMs > UNMERGE_MS) return { kind: 'too_old' };
    const fold = await waitFor(parts, () => history.fold(mergeId));
    if (fold === null) return { kind: 'not_ready' };
    if (fold.into !== state.customerId) return { kind: 'later_first' };
    // Its name was a stranger's since, who was folded in turn: two lives of one id, and one name.
    const last = state.merges.findLast(({ from }) => from === fold.from);
    const led = await finding.findFresh(fold.from);
    if (last !== entry || led.state.customerId !== state.customerId) return { kind: 'moved_on' };
    const { record } = fold;
    const steps = await waitFor(parts, () => history.steps(fold.into, record, state.records));
    if (steps === null) return { kind: 'not_ready' };
    const version = await catalogs.atLeast(state.publication);
    const again = madeAgain(parts, version, fold, steps);
    if (await separate(parts, survivor, fold, again, version)) {
      return { kind: 'unmerged', survivor: fold.into, customerId: fold.from };
    }
  }
  return { kind: 'not_ready' };
}

async function waitFor<T>(parts: UnmergeParts, ask: () => Promise<T | null>): Promise<T | null> {
  const untilMs = parts.monotonicMs() + HISTORY_WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null || parts.monotonicMs() > untilMs) return answer;
    await pause(POLL_MS);
  }
}

/** Both, with what each did since. Nothing is decided again. */
function madeAgain(
  { names }: UnmergeParts,
  version: CatalogVersion,
  fold: KnownFold,
  steps: readonly LaterStep[],
): Again {
  const stateOf = (id: string, document: string) =>
    document === '' ? emptyState(id) : names.stateOf(id, document);
  const intoThen = stateOf(fold.into, fold.intoState);
  const fromThen = stateOf(fold.from, fold.fromState);
  let into = intoThen;
  let from = fromThen;
  const own = new Set([fold.from, ...from.links.map(({ id }) => id)]);
  for (const step of steps) {
    if (step.kind === 'fold') {
      const { mergeId, from: id, atMs, fromState } = step.fold;
      into = version.fold(into, stateOf(id, fromState), { mergeId, from: id, atMs }, atMs).state;
    } else if (own.has(step.id)) {
      from = stepped(version, from, step.submission);
    } else {
      into = stepped(version, into, step.submission);
    }
  }
  return { into, from, intoThen, fromThen };
}

/** As an import without decisions; an outcome in it was counted where it was told. */
function stepped(
  version: CatalogVersion,
  state: CustomerState,
  submission: Submission,
): CustomerState {
  const { stimulus } = submission;
  if (stimulus.kind !== 'event') return state;
  const event = { ...stimulus, outcome: null };
  const inputs = { ...NO_INPUTS, context: stimulus.event.context };
  // Who else it named is linked, or was taken apart: nothing is noted of it.
  const again = { ...submission, stimulus: event, decide: false, naming: USER_ALONE };
  const done = version.step(state, again, inputs);
  return done.kind === 'stepped' ? done.state : state;
}

/** @returns false where the survivor, or what leads to it, is another by now */
async function separate(
  parts: UnmergeParts,
  survivor: StoredState,
  fold: KnownFold,
  again: Again,
  version: CatalogVersion,
): Promise<boolean> {
  const { states, names, records } = parts;
  const { mergeId, from: id } = fold;
  const { state } = survivor;
  states.evict(id);
  const forward = await states.load(id);
  if (!('kind' in forward)) return false;
  const alone = await fromAgain(parts, state, again.from);
  const atMs = parts.nowMs();
  const move = { mergeId, from: id, to: fold.into, atMs, clockMs: atMs, returns: true };
  const put = await names.putBack(id, forward.etag, move, alone);
  states.evict(id);
  if (put === null) return false;
  await names.copySeen(state.customerId, id);
  const left = intoAgain(state, again, fold);
  const receivedAtMs = laterThan(state, parts.nowMs());
  const how = { catalog: version.hash, publication: version.publication, continuesRun: false };
  const unfold = {
    ...{ mergeId, from: id, earlier: alone.merges, atMs: left.asOfMs, receivedAtMs },
    fromRecords: alone.records,
    fromState: names.documentOf(alone),
    intoState: names.documentOf(left),
  };
  const outcome = await states.commit({
    customerId: state.customerId,
    expectedEtag: survivor.etag,
    state: left,
    recents: version.recents,
    records: [records.unfold(unfold, left, how)],
    messageIds: [],
    receivedAtMs,
    grants: NO_GRANTS,
  });
  if (outcome.kind !== 'committed') return false;
  await names.unseal(id, put);
  states.evict(id);
  parts.finding.forget(id);
  return true;
}

/** What the survivor has seen, the other has seen too: a retry of either counts nowhere twice. */
async function fromAgain(
  { names }: UnmergeParts,
  survivor: CustomerState,
  from: CustomerState,
): Promise<CustomerState> {
  const alone = new DraftState(from);
  alone.seen = survivor.seen;
  alone.seenSpilledMs = Math.max(from.seenSpilledMs, survivor.seenSpilledMs);
  alone.records = await names.recordsOf(from.customerId);
  alone.apart = addedTo(from.apart, survivor.customerId);
  return alone;
}

function intoAgain(
  survivor: CustomerState,
  { into, from, intoThen, fromThen }: Again,
  fold: KnownFold,
): DraftState {
  const left = new DraftState(into);
  const gone = new Set([fold.from, ...from.links.map(({ id }) => id)]);
  const undone = new Set([fold.mergeId, ...from.merges.map(({ mergeId }) => mergeId)]);
  const before = new Set(into.links.map(({ id }) => id));
  left.links = survivor.links.filter(({ id }) => before.has(id) || !gone.has(id));
  left.merges = survivor.merges.filter(({ mergeId }) => !undone.has(mergeId));
  left.drawnAs = survivor.drawnAs;
  const counts = countsLeft(survivor, fromThen, intoThen);
  left.caps = counts.caps;
  left.contacts = counts.contacts;
  left.cooldowns = counts.cooldowns;
  left.decisions = counts.decisions;
  left.answers = counts.answers;
  left.seen = survivor.seen;
  left.seenSpilledMs = survivor.seenSpilledMs;
  left.publication = survivor.publication;
  left.asOfMs = survivor.asOfMs;
  left.records = survivor.records + 1;
  left.apart = addedTo(survivor.apart, fold.from);
  return left;
}
