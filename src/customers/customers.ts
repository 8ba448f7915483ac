// Who is who. Names lead to customers (finding.ts), become a customer's own (joining.ts, meeting.ts), and
// customers are folded into each other (moves.ts) and taken apart again (unmerge.ts). What is claimed here
// is true once a state lists it.

import type { Merged, RefusedNames, Unlinked, Unmerged } from '../gateway/merging.ts';
import { isCounted } from '../model/counted.ts';
import type { RefusedMerge } from '../model/identity.ts';
import { linksLeft } from '../model/sign-out.ts';
import type { CustomerState } from '../model/state.ts';
import type { Submission } from '../model/step.ts';
import type { Customers, Named, Settled, StoredState } from '../pipeline.ts';
import { Finding } from './finding.ts';
import { hasRoomForMerge } from './forgettable.ts';
import { Freeing } from './freeing.ts';
import { Joining } from './joining.ts';
import { isLinked, linkOf, showing } from './links.ts';
import { Meant } from './meant.ts';
import { Meeting } from './meeting.ts';
import type { MergeHistory } from './merge-history.ts';
import { Moves } from './moves.ts';
import type { MovesParts } from './moves-parts.ts';
import { NamedBefore } from './named-before.ts';
import { isNobody, Nobodys } from './nobodys.ts';
import { Returning } from './returning.ts';
import { SeenNames } from './seen-names.ts';
import { TakingIn } from './taking-in.ts';
import { unmerge } from './unmerge.ts';

/** How often it is begun again where others were faster. */
const ATTEMPTS_MAX = 16;
/** Names that became a customer's own while others were seen to may be lost on the way. */
const PASSES_MAX = 4;

export interface CustomersParts extends MovesParts {
  /** How long the key of a name leads to its customer without being renewed, ms. */
  readonly namesExpireMs: number;
}

export class KnownCustomers implements Customers {
  private readonly moves: Moves;
  private readonly finding: Finding;
  private readonly freeing: Freeing;
  private readonly seen: SeenNames;
  private readonly joining: Joining;

  constructor(private readonly parts: CustomersParts) {
    const nobodys = new Nobodys(parts.names);
    const returning = new Returning(parts);
    this.moves = new Moves(parts, nobodys, returning);
    const { states, names, catalogs } = parts;
    this.finding = new Finding(states, names, catalogs, this.moves, returning, nobodys);
    this.freeing = new Freeing(parts, this.moves);
    const nowMs = () => parts.nowMs();
    const takingIn = new TakingIn(this.finding, this.moves, nowMs);
    this.seen = new SeenNames(takingIn, parts.counts, parts.namesExpireMs / 8);
    const { finding, moves, freeing, seen } = this;
    const meant = new Meant(parts.states);
    const before = new NamedBefore();
    const meeting = new Meeting(nowMs, finding, moves, returning, freeing, seen, meant, before);
    this.joining = new Joining(parts, moves, seen, takingIn, meant, meeting, before);
  }

  /** Why names of calls were not linked. */
  get refusedNames(): RefusedNames {
    return this.seen.refusals;
  }

  find(named: Named): StoredState | Promise<StoredState> {
    return this.finding.find(named);
  }

  findFresh(name: string): Promise<StoredState> {
    return this.finding.findFresh(name);
  }

  forget(name: string): void {
    this.finding.forget(name);
  }

  leadsTo({ state }: StoredState, { customerId: name, follows }: Named): boolean {
    if (follows !== false) return isLinked(state, name);
    return this.finding.isApart(state, name);
  }

  isSettled(stored: StoredState, named: Named): boolean {
    if (!this.leadsTo(stored, named)) return false;
    const { naming } = named;
    if (naming === undefined || !named.record) return true;
    const { aliases, unusable, value } = naming;
    if (value !== null && !isShown(stored.state, named.customerId)) return false;
    for (let i = 0; i < aliases.length; i++) {
      if (!this.seen.isSeenTo(stored.state, aliases[i]!, named.receivedAtMs)) return false;
    }
    return (
      unusable.length === 0 || unusable.every((name) => this.seen.isNoted(stored.state, name.kind))
    );
  }

  async letGo({ state }: StoredState, named: Submission): Promise<void> {
    const left = new Set(linksLeft(state, named));
    for (const link of state.links) if (!left.has(link)) await this.moves.letGo(state, link.id);
  }

  async settle(stored: StoredState, named: Named): Promise<Settled> {
    const refused: RefusedMerge[] = [];
    // Nobody acts for a customer who is somebody else by now.
    let current = isNobody(stored) ? stored : await this.finding.findFresh(named.customerId);
    // What was counted is not named again: its names may be somebody else's by now.
    if (isCounted(current.state, named)) return { stored: current, refused };
    for (let pass = 0; pass < PASSES_MAX && !this.isSettled(current, named); pass++) {
      for (const { kind, reason } of named.naming!.unusable) {
        if (!this.seen.isNoted(current.state, kind)) {
          this.seen.refuse(current.state, kind, reason, named, refused);
        }
      }
      // What the caller's own name was claimed for may have been folded since, and not have listed it.
      const { kind, value, aliases } = named.naming!;
      const own = { id: named.customerId, kind, value, otherwise: null };
      for (const alias of this.leadsTo(current, named) ? aliases : [own, ...aliases]) {
        current = await this.joining.join(current, alias, named, refused);
      }
      // Who is known by an identifier alone: what it stands for is in no key, only in the state.
      if (value !== null && current.state.customerId === named.customerId) {
        current = { etag: current.etag, state: showing(current.state, own, named) };
      }
    }
    return { stored: current, refused };
  }

  /**
   * Folds one customer into another because somebody says so; the guards are not asked.
   * @param into a name of the survivor
   * @param from a name of the other
   */
  async merge(into: string, from: string): Promise<Merged> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const survivor = await this.finding.findFresh(into);
      const other = await this.finding.findFresh(from);
      if (isNobody(survivor) || isNobody(other)) return { kind: 'unknown' };
      const id = survivor.state.customerId;
      if (id === other.state.customerId) {
        // Asked again after an answer that was lost, it is the same merge.
        const known = survivor.state.merges.findLast((merge) => merge.from === from);
        return known === undefined ? { kind: 'same' } : { kind: 'merged', mergeId: known.mergeId };
      }
      const atMs = this.parts.nowMs();
      if (!hasRoomForMerge(survivor.state, atMs) || !hasRoomForMerge(other.state, atMs)) {
        return { kind: 'too_many' };
      }
      const mergeId = await this.moves.fold(other, survivor, atMs);
      if (mergeId === null) continue;
      // Of two that are merged into each other at once only one is.
      const { state } = await this.finding.findFresh(into);
      const isFolded = state.merges.some((merge) => merge.mergeId === mergeId);
      return isFolded ? { kind: 'merged', mergeId } : { kind: 'busy' };
    }
    return { kind: 'busy' };
  }

  /** Takes a name from a customer, who does not get it again by themselves. */
  async unlink(customer: string, name: string): Promise<Unlinked> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const stored = await this.finding.findFresh(customer);
      const { customerId, publication } = stored.state;
      if (isNobody(stored)) return { kind: 'unknown' };
      if (name === customerId) return { kind: 'own_id' };
      if (linkOf(stored.state, name) === null) return { kind: 'not_linked' };
      const version = await this.parts.catalogs.atLeast(publication);
      if (await this.freeing.free(stored, name, version)) return { kind: 'unlinked', customerId };
    }
    return { kind: 'busy' };
  }

  /** Takes a merge back. @param name of the survivor */
  unmerge(name: string, mergeId: string, history: MergeHistory): Promise<Unmerged> {
    return unmerge({ ...this.parts, finding: this.finding, history }, name, mergeId);
  }
}

/** Whether what staff are shown for a customer's own id is known. */
function isShown(state: CustomerState, name: string): boolean {
  return state.customerId !== name || (linkOf(state, name)?.value ?? null) !== null;
}
