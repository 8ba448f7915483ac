// A merge taken back: both customers as they were when they were folded, with what each did since, by
// the name that it was done under. Redis does not know that any more; history does.
//
//   known from history ─► both made again ─► put back, sealed ─► survivor committed ─► opened
//                                              │                    └ from here on they are two
//                                              └ leads to the survivor, who still lists the merge
//
// Decisions, contacts, caps and budgets stay where they were counted. What time has fired is over for both.

import { setTimeout as pause } from 'node:timers/promises';
import type { Unmerged } from '../gateway/merging.ts';
import { NO_GRANTS } from '../model/budget.ts';
import { DraftState } from '../model/draft-state.ts';
import type { CustomerState } from '../model/state.ts';
import type { CatalogVersion, StoredState } from '../pipeline.ts';
import type { Finding } from './finding.ts';
import { UNMERGE_MS } from './forgettable.ts';
import { isLinked } from './links.ts';
import { type Again, madeAgain } from './made-again.ts';
import { type KnownFold, type MergeHistory, sinceOf } from './merge-history.ts';
import { laterThan } from './moves.ts';
import type { MovesParts } from './moves-parts.ts';
import { addedTo, countsLeft, withOutcomesOf } from './taken-apart.ts';
import { type OfTime, timersApart } from './timers-apart.ts';

const ATTEMPTS_MAX = 8;
const POLL_MS = 250;
/** Longest wait for history to have what the survivor counts, ms. */
const HISTORY_WAIT_MS = 10_000;

export interface UnmergeParts extends MovesParts {
  readonly finding: Finding;
  readonly history: MergeHistory;
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
    if (last !== entry) return { kind: 'moved_on' };
    if (led.state.customerId !== state.customerId) {
      // Unless somebody else took it back a moment ago. Its etag says nothing: where the name is nobody's,
      // it was made new by having been looked for.
      const now = (await finding.findFresh(name)).state;
      const isMerged = now.merges.some((merge) => merge.mergeId === mergeId);
      if (!isMerged || isLinked(now, fold.from)) continue;
      return { kind: 'moved_on' };
    }
    const since = await waitFor(parts, () => sinceOf(history, fold, state.records));
    if (since === null) return { kind: 'not_ready' };
    const version = await catalogs.atLeast(state.publication);
    const again = madeAgain(parts, version, fold, since);
    // It became a name of theirs once more: as a stranger's who was folded in turn.
    if (isLinked(again.into, fold.from)) return { kind: 'moved_on' };
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
  // Somebody else has claimed it meanwhile.
  if (!isLinked(state, forward.kind === 'moved' ? forward.to : forward.move.to)) return false;
  const ofTime = timersApart({
    ...{ survivor: state, theirs: again.from, own: again.into },
    ...{ theirsThen: again.fromThen, ownThen: again.intoThen },
    isTheirs: (event) => again.theirs.has(version.time.armedBy(event) ?? ''),
  });
  const alone = await fromAgain(parts, state, again, ofTime.theirs);
  const atMs = parts.nowMs();
  const move = { mergeId, from: id, to: fold.into, atMs, clockMs: atMs, returns: true };
  const put = await names.putBack(id, forward.etag, move, alone);
  states.evict(id);
  if (put === null) return false;
  await names.copySeen(state.customerId, id);
  await leadBack(parts, alone, state);
  const left = intoAgain(state, again, fold, ofTime.own);
  const receivedAtMs = laterThan(state, parts.nowMs());
  const how = { catalog: version.hash, publication: version.publication, continuesRun: false };
  const unfold = {
    ...{ mergeId, from: id, earlier: alone.merges, atMs: left.asOfMs, receivedAtMs },
    fromRecords: alone.records,
    fromState: names.documentOf(alone),
    intoState: names.documentOf(left),
  };
  // The commit compares with what was made again, not with what the index has.
  await names.dueBy(left);
  const outcome = await states.commit({
    customerId: state.customerId,
    expectedEtag: survivor.etag,
    state: left,
    recents: version.recents,
    records: [records.unfold(unfold, left, how)],
    messageIds: [],
    receivedAtMs,
    grants: NO_GRANTS,
    deliveries: [],
  });
  if (outcome.kind !== 'committed') return false;
  await names.unseal(id, put);
  states.evict(id);
  parts.finding.forget(id);
  return true;
}

/**
 * Keys of names that were led straight to the survivor lead to their customer again, from where they lead
 * on for as long as nothing is taken apart. One that leads to somebody else by now has moved on meanwhile.
 */
async function leadBack(
  { states, names }: UnmergeParts,
  alone: CustomerState,
  survivor: CustomerState,
): Promise<void> {
  const by = alone.customerId;
  for (const { id } of alone.links) {
    states.evict(id);
    const loaded = await states.load(id);
    if (!('kind' in loaded) || loaded.kind !== 'moved' || loaded.to === by) continue;
    if (!isLinked(survivor, loaded.to)) continue;
    const over = loaded.etag;
    await names.claim({ id, by, nowMs: 0, over, loser: '', sharing: null });
  }
}

/**
 * What the survivor has seen, the other has seen too: a retry of either counts nowhere twice. An outcome
 * that was reported meanwhile was counted there. A name that has moved on since is not theirs any more.
 */
async function fromAgain(
  { names }: UnmergeParts,
  survivor: CustomerState,
  { from, into }: Again,
  ofTime: OfTime,
): Promise<CustomerState> {
  const alone = new DraftState(from);
  Object.assign(alone, ofTime);
  alone.links = from.links.filter(({ id }) => isLinked(survivor, id) && !isLinked(into, id));
  alone.decisions = withOutcomesOf(from.decisions, survivor.decisions);
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
  ofTime: OfTime,
): DraftState {
  const left = new DraftState(into);
  Object.assign(left, ofTime);
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
