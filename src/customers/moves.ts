// One customer's state folded into another's, across partitions: five steps, each of them one call that
// changes one place and may be made twice.
//
//   judged ─► sealed ─► folded ─► forwarded ─► names follow, when they are next met
//               │          │          └ a key that leads to the survivor
//               │          └ the survivor's commit: from here on there is no way back
//               └ nobody commits to the state any more; whoever meets it helps
//
// Nobody has to stay alive for it: the sealed state says all that it takes to go on. A fold that was done
// is known by its id in the survivor's list, which goes along when the survivor is folded in turn.

import { Unavailable } from '../errors.ts';
import { NO_GRANTS } from '../model/budget.ts';
import { DraftState } from '../model/draft-state.ts';
import { mergeIdOf } from '../model/hash.ts';
import type { MergeEntry } from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import type { Moving, StoredState } from '../pipeline.ts';
import { forgettable } from './forgettable.ts';
import { survives } from './judge.ts';
import { isLinked } from './links.ts';
import type { MovesParts } from './moves-parts.ts';
import type { Nobodys } from './nobodys.ts';
import { HOPS_MAX, type Hop, type Returning } from './returning.ts';

const ATTEMPTS_MAX = 32;
export class Moves {
  constructor(
    private readonly parts: MovesParts,
    private readonly nobodys: Nobodys,
    private readonly returning: Returning,
  ) {}

  /**
   * Folds one customer into another.
   * @param clockMs what the clock of the survivor is not before then, epoch ms
   * @returns the id of the merge; null = the state is another by now, nothing happened
   * @throws Unreadable where one of the two is damaged: then nothing happened either
   */
  async fold(from: StoredState, into: StoredState, clockMs: number): Promise<string | null> {
    const { states, names, catalogs } = this.parts;
    const { customerId: id } = from.state;
    const mergeId = mergeIdOf(id, from.etag);
    const merge = { mergeId, from: id, atMs: this.parts.nowMs() };
    // What cannot be folded must not be sealed: it would be lost with the other.
    const version = await catalogs.atLeast(
      Math.max(into.state.publication, from.state.publication),
    );
    names.documentOf(version.fold(into.state, from.state, merge, clockMs).state);
    const to = into.state.customerId;
    const isSealed = await names.seal(id, from.etag, { ...merge, to, clockMs, returns: false });
    states.evict(id);
    if (!isSealed) return null;
    const sealed = await states.load(id);
    if ('kind' in sealed && sealed.kind === 'moving') await this.finish(sealed);
    return mergeId;
  }

  /**
   * Sees a move to its end, or to where another does.
   * @param path whose moves wait for this one
   */
  async finish(moving: Moving, path: readonly string[] = []): Promise<void> {
    const { states, names } = this.parts;
    const { from, mergeId } = moving.move;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const target = await this.targetOf(moving, path);
      // Sealed after the target was read, it is sealed for as long as the target is like that: what opens
      // it again is a circle, and in a circle the target is sealed as well.
      if (!(await this.isStill(moving))) return;
      if (target === null) continue;
      const isFolded = target.state.merges.some((merge) => merge.mergeId === mergeId);
      if (!isFolded && !(await this.commit(target, moving))) continue;
      await names.forward(from, moving, target.state.customerId);
      states.evict(from);
      return;
    }
    throw new Unavailable('overloaded', 1);
  }

  /**
   * To be called before a name leaves a customer. If it was a customer once, moves that are committed may
   * still be on the way there, and keys of other names lead on by way of it: none must be led astray.
   */
  async letGo({ customerId, merges, links }: CustomerState, name: string): Promise<void> {
    if (!merges.some(({ from }) => from === name)) return;
    await this.finishInto(merges);
    await this.leadStraight(customerId, links, [name]);
  }

  /** Keys of names that lead to a customer by way of others lead there at once from now on. */
  private async leadStraight(
    customerId: string,
    links: CustomerState['links'],
    by: readonly string[],
  ): Promise<void> {
    const { states, names } = this.parts;
    for (const { id } of links) {
      states.evict(id);
      const loaded = await states.load(id);
      if (!('kind' in loaded) || loaded.kind !== 'moved' || !by.includes(loaded.to)) continue;
      const over = loaded.etag;
      await names.claim({ id, by: customerId, nowMs: 0, over, loser: '', sharing: null });
    }
  }

  /** Sees to the end of moves into a customer that are committed already. */
  private async finishInto(merges: readonly MergeEntry[]): Promise<void> {
    const { states } = this.parts;
    for (const { from, mergeId } of merges) {
      states.evict(from);
      const loaded = await states.load(from);
      if (!('kind' in loaded) || loaded.kind !== 'moving') continue;
      if (loaded.move.mergeId !== mergeId) continue;
      if (loaded.move.returns) await this.returning.leadOf(loaded);
      else await this.finish(loaded);
    }
  }

  /** The survivor as it is now; null = look again. */
  private async targetOf({ move }: Moving, path: readonly string[]): Promise<StoredState | null> {
    const { states } = this.parts;
    const waiting = [...path, move.from];
    const by: Hop[] = [];
    let id = move.to;
    let etag = '';
    for (let hop = 0; hop < HOPS_MAX; hop++) {
      states.evict(id);
      const loaded = await states.load(id);
      if (id === move.to) etag = loaded.etag;
      if (!('kind' in loaded)) {
        if (isLinked(loaded.state, move.to)) return loaded;
        // A key that leads to somebody who does not list the survivor leads nowhere.
        if (!(await this.returning.isStillBy(by))) return null;
        return this.nobodys.begin(move.to, etag, id, loaded);
      }
      if (id !== move.to) by.push({ id, etag: loaded.etag });
      if (loaded.kind === 'moved') {
        if (loaded.to === '') return this.nobodys.begin(move.to, etag, id, loaded);
        id = loaded.to;
        continue;
      }
      if (loaded.move.returns) {
        id = (await this.returning.leadOf(loaded)) ?? id;
        continue;
      }
      const at = waiting.indexOf(id);
      if (at < 0) await this.finish(loaded, waiting);
      else await this.open(waiting.slice(at));
      return null;
    }
    throw new Unavailable('overloaded', 1);
  }

  /**
   * Of customers who are all to be folded into each other one stays: not one who is in another already.
   * Nobody can be folded into any of them meanwhile, so everybody who looks chooses the same.
   */
  private async open(circle: readonly string[]): Promise<void> {
    const { states, names, catalogs } = this.parts;
    const sealed: Moving[] = [];
    for (const id of circle) {
      states.evict(id);
      const loaded = await states.load(id);
      if (!('kind' in loaded) || loaded.kind !== 'moving') return;
      sealed.push(loaded);
    }
    const folded = new Set(sealed.flatMap(({ state }) => state.merges.map((m) => m.mergeId)));
    const { identifiers } = catalogs.current();
    const [stays] = sealed
      .filter(({ move }) => !folded.has(move.mergeId))
      .sort((a, b) => (survives(a.move.from, b.move.from, identifiers) ? -1 : 1));
    if (stays === undefined) throw new Error('customers are folded into each other');
    await names.unseal(stays.move.from, stays);
    states.evict(stays.move.from);
  }

  private async isStill({ etag, move }: Moving): Promise<boolean> {
    this.parts.states.evict(move.from);
    const loaded = await this.parts.states.load(move.from);
    return 'kind' in loaded && loaded.kind === 'moving' && loaded.etag === etag;
  }

  /**
   * Without the merges of long ago, where there are many: who comes with a new browser each week must be
   * known for longer than a list has room for.
   */
  private async withoutOld(target: StoredState): Promise<StoredState> {
    const { etag, state } = target;
    const old = forgettable(state.merges, this.parts.nowMs());
    if (old.length === 0) return target;
    // Nobody is sealed for one of them any more, so that nobody will ask whether it was done; and nobody
    // leads on by way of one.
    await this.finishInto(old);
    const by = old.map(({ from }) => from);
    await this.leadStraight(state.customerId, state.links, by);
    const draft = new DraftState(state);
    draft.merges = state.merges.filter((merge) => !old.includes(merge));
    return { etag, state: draft };
  }

  /** The fold itself. @returns whether it is committed */
  private async commit(found: StoredState, moving: Moving): Promise<boolean> {
    const target = await this.withoutOld(found);
    const { states, names, catalogs, records } = this.parts;
    const { mergeId, from, atMs, clockMs } = moving.move;
    const publication = Math.max(target.state.publication, moving.state.publication);
    const version = await catalogs.atLeast(publication);
    const { customerId } = target.state;
    await names.copySeen(from, customerId);
    const merge = { mergeId, from, atMs };
    const folded = version.fold(target.state, moving.state, merge, clockMs);
    const { state, customerChanged } = folded;
    const fold = {
      mergeId,
      from,
      earlier: moving.state.merges,
      atMs: state.asOfMs,
      receivedAtMs: laterThan(moving.state, this.parts.nowMs()),
      fromRecords: moving.state.records,
      fromState: names.documentOf(moving.state),
      intoState: target.etag === '' ? '' : names.documentOf(target.state),
    };
    const how = { catalog: version.hash, publication: version.publication, continuesRun: false };
    const outcome = await states.commit({
      customerId,
      expectedEtag: target.etag,
      state,
      recents: version.recents,
      records: [records.fold(fold, state, how, customerChanged)],
      messageIds: [],
      receivedAtMs: fold.receivedAtMs,
      grants: NO_GRANTS,
      deliveries: [],
    });
    if (outcome.kind === 'ledger_full') throw new Unavailable('ledger_full', 5);
    if (outcome.kind === 'committed') {
      this.parts.counts.merged();
      return true;
    }
    states.evict(customerId);
    return false;
  }
}

/**
 * When something is written that goes beyond earlier merges, and beyond all that a customer did: history
 * goes by such times, and clocks of gateways differ a little.
 */
export function laterThan({ merges, asOfMs }: CustomerState, nowMs: number): number {
  return merges.reduce((latest, { atMs }) => Math.max(latest, atMs + 1), Math.max(nowMs, asOfMs));
}
