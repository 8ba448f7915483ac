// A name that a call gives is claimed for its customer; where it is somebody's, the two are one, or it
// moves on, or it is refused (judge.ts).

import { LRUCache } from 'lru-cache';
import { Unreadable } from '../errors.ts';
import { NO_GRANTS } from '../model/budget.ts';
import {
  APART,
  isStrong,
  type NamedAlias,
  type RefusedMerge,
  type RefusedMergeReason,
} from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import type { CatalogVersion, Named, StoredState } from '../pipeline.ts';
import type { Finding } from './finding.ts';
import { hasRoomForMerge } from './forgettable.ts';
import { isApart, isPerson, judge, ruleOf, survives } from './judge.ts';
import {
  hasTooMany,
  haveTooMany,
  isLinked,
  isPast,
  linkOf,
  listing,
  namesOf,
  withLink,
} from './links.ts';
import type { Moves } from './moves.ts';
import type { MovesParts } from './moves-parts.ts';
import { isNobody } from './nobodys.ts';
import { Refusals } from './refusals.ts';
import { addedTo } from './taken-apart.ts';

const LOOKED_MAX = 10_000;
/** How often a customer is asked for what was kept apart of a visitor, ms. */
const LOOKED_MS = 10_000;
/** How often it is begun again where others were faster. */
const ATTEMPTS_MAX = 16;
/** People who may hold a weak name within its window before it is nobody's. */
const OWNERS_MAX = 3;

const DAY_MS = 86_400_000;

export class Joining {
  readonly refusals = new Refusals();
  /** Who was kept apart, and looked for with whom, a moment ago. */
  private readonly looked = new LRUCache<string, true>({ max: LOOKED_MAX, ttl: LOOKED_MS });

  /** @param renewAfterMs how long a name is taken for sure, ms */
  constructor(
    private readonly parts: MovesParts,
    private readonly finding: Finding,
    private readonly moves: Moves,
    private readonly renewAfterMs: number,
  ) {}

  /** Whether a name is this customer's, or was refused a moment ago. */
  isSeenTo(state: CustomerState, alias: NamedAlias, atMs: number): boolean {
    const { id, kind, value, otherwise } = alias;
    if (id === state.customerId || this.refusals.has(state.customerId, id)) return true;
    if (kind === APART) return this.looked.has(`${state.customerId}\n${id}`);
    const link = linkOf(state, id);
    if (link !== null) {
      const isShown = value === null || link.value !== null;
      return isShown && atMs - link.renewedAtMs < this.renewAfterMs;
    }
    return otherwise !== null && this.isSeenTo(state, otherwise, atMs);
  }

  /** With what its own id stands for. */
  showing(state: CustomerState, own: NamedAlias, named: Named): CustomerState {
    const links = withLink(state, own, named, () => true);
    return links === null ? state : listing(state, links);
  }

  /** Whether it was noted a moment ago that a name of this kind names nobody. */
  isNoted({ customerId }: CustomerState, kind: string): boolean {
    return this.refusals.has(customerId, `${kind}:`);
  }

  refuse(
    { customerId }: CustomerState,
    from: string,
    reason: RefusedMergeReason,
    { receivedAtMs }: Named,
    refused: RefusedMerge[],
    name = `${from}:`,
  ): void {
    this.refusals.add(customerId, name);
    this.parts.counts.refused(reason);
    refused.push({ from, to: customerId, reason, atMs: receivedAtMs });
  }

  /** Makes one name the caller's, or the caller and its holder one. @returns the caller then */
  async join(
    caller: StoredState,
    given: NamedAlias,
    named: Named,
    refused: RefusedMerge[],
  ): Promise<StoredState> {
    let current = caller;
    let over = '';
    let loser = '';
    let loserNames: readonly string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const { state } = current;
      if (this.isSeenTo(state, given, named.receivedAtMs)) return current;
      if (given.kind === APART) return this.takeIn(current, given.id, named);
      const version = await this.parts.catalogs.atLeast(state.publication);
      const rules = version.identifiers;
      const alias = await this.meant(given);
      const rule = ruleOf(alias.kind, rules);
      const refuse = (reason: RefusedMergeReason, from = alias.id) => {
        this.refuse(state, from, reason, named, refused, given.id);
        this.refusals.tell(named.customerId, given.id, reason);
        return current;
      };
      if (linkOf(state, alias.id) === null && hasTooMany(state, rule, named.nowMs)) {
        return refuse('too_many');
      }
      if (state.apart.includes(alias.id)) return refuse('taken_apart');
      const isWeak = !isStrong(alias.kind, rules);
      const claimed = await this.parts.names.claim({
        id: alias.id,
        by: state.customerId,
        nowMs: named.nowMs,
        over,
        loser,
        sharing: isWeak
          ? {
              ownersMax: isPerson(state, rules) ? OWNERS_MAX : 0,
              windowMs: rule.windowMs ?? 30 * DAY_MS,
              same: [...loserNames, ...namesOf(state)],
            }
          : null,
      });
      loser = '';
      if (claimed.kind === 'shared') return refuse('shared');
      if (claimed.kind === 'claimed') {
        const links = withLink(state, alias, named, (kind) => !isStrong(kind, rules));
        if (links === null) return refuse('too_many');
        if (links.length > state.links.length) this.parts.counts.linked();
        for (const { id } of state.links) {
          if (!links.some((link) => link.id === id)) await this.moves.letGo(state, id);
        }
        return { etag: current.etag, state: listing(state, links) };
      }
      const other = await this.finding.findFresh(alias.id);
      if (other.state.customerId === alias.id && (claimed.kind === 'owned' || isNobody(other))) {
        // Its key leads to somebody who does not list it: whoever claims it has it.
        over = other.etag;
        continue;
      }
      if (other.state.customerId === state.customerId) {
        // It is the caller's already: what was known here was old, or the key leads there in a roundabout
        // way, by the id of somebody who was folded into the caller.
        current = other;
        if (claimed.kind === 'owned') over = claimed.etag;
        continue;
      }
      if (isApart(state, other.state)) return refuse('taken_apart', other.state.customerId);
      const verdict = judge(state, other.state, alias.kind, rules);
      if (verdict.kind === 'refuse') return refuse(verdict.reason, other.state.customerId);
      if (verdict.kind === 'take') {
        if (other.state.customerId === alias.id || isPast(named, other.state, alias.id)) {
          return refuse('weak_identifier', other.state.customerId);
        }
        // It was on the move, and is there by now.
        if (claimed.kind !== 'owned') continue;
        if (await this.unlink(other, alias.id, version, other.state.apart)) {
          over = claimed.etag;
          loser = other.state.customerId;
          loserNames = namesOf(other.state);
        }
        continue;
      }
      const atMs = this.parts.nowMs();
      if (!hasRoomForMerge(state, atMs) || !hasRoomForMerge(other.state, atMs)) {
        return refuse('too_many');
      }
      const isInto = survives(state.customerId, other.state.customerId, rules);
      const [into, from] = isInto ? [current, other] : [other, current];
      if (haveTooMany(into.state, from.state, rules, named.nowMs)) {
        return refuse('too_many', other.state.customerId);
      }
      const united = await this.unite(into, from, isInto, named, refused);
      if (united === null) {
        this.refusals.add(state.customerId, given.id);
        const reason = refused.at(-1)?.reason;
        if (reason !== undefined) this.refusals.tell(named.customerId, given.id, reason);
        return current;
      }
      current = united;
    }
    return current;
  }

  /**
   * Folds one of two into the other.
   * @param callerStays which of them the caller is
   * @returns the caller then, or the first where it came to nothing; null = it was refused
   */
  private async unite(
    into: StoredState,
    from: StoredState,
    callerStays: boolean,
    named: Named,
    refused: RefusedMerge[],
  ): Promise<StoredState | null> {
    const { customerId: id } = from.state;
    // Nothing is stored of the caller: there is no more to it than the id, which becomes a name.
    if (!callerStays && isNobody(from)) {
      const { kind, value } = named.naming!;
      const joined = await this.join(into, { id, kind, value, otherwise: null }, named, refused);
      return isLinked(joined.state, id) ? joined : null;
    }
    try {
      await this.moves.fold(from, into, named.nowMs);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // The call goes on without it: what is damaged must not take along what is not.
      const [caller, other] = callerStays ? [into, from] : [from, into];
      this.refuse(caller.state, other.state.customerId, 'unreadable', named, refused);
      return null;
    }
    return this.finding.findFresh(callerStays ? into.state.customerId : id);
  }

  /**
   * What a page did without a token for a visitor of this customer, of whom it has shown one by now. It
   * was kept apart as long as nothing said that it is theirs.
   */
  private async takeIn(caller: StoredState, id: string, named: Named): Promise<StoredState> {
    const { customerId } = caller.state;
    this.looked.set(`${customerId}\n${id}`, true);
    const apart = await this.finding.findFresh(id);
    if (isNobody(apart) || apart.state.customerId !== id) return caller;
    if (!hasRoomForMerge(caller.state, this.parts.nowMs())) return caller;
    try {
      await this.moves.fold(apart, caller, named.nowMs);
    } catch (error) {
      // The customer's call goes on without it.
      if (error instanceof Unreadable) return caller;
      throw error;
    }
    return this.finding.findFresh(customerId);
  }

  /** Which of two names is meant: the first that somebody is known by. */
  private async meant(alias: NamedAlias): Promise<NamedAlias> {
    if (alias.otherwise === null) return alias;
    const { states } = this.parts;
    states.evict(alias.id);
    const loaded = await states.load(alias.id);
    const isKnown = 'kind' in loaded ? loaded.kind === 'moving' || loaded.to !== '' : loaded.etag;
    return isKnown ? alias : alias.otherwise;
  }

  /** Takes a name from a customer for good. @returns false where the state is another by now */
  free(stored: StoredState, id: string, version: CatalogVersion): Promise<boolean> {
    return this.unlink(stored, id, version, addedTo(stored.state.apart, id));
  }

  /** Takes a name from a customer. @returns false where the state is another by now */
  private async unlink(
    { etag, state }: StoredState,
    id: string,
    version: CatalogVersion,
    apart: readonly string[],
  ): Promise<boolean> {
    await this.moves.letGo(state, id);
    const draft = listing(
      state,
      state.links.filter((link) => link.id !== id),
    );
    if (apart !== state.apart) draft.apart = apart;
    draft.records = state.records + 1;
    const atMs = this.parts.nowMs();
    const how = { catalog: version.hash, publication: version.publication, continuesRun: false };
    const outcome = await this.parts.states.commit({
      customerId: state.customerId,
      expectedEtag: etag,
      state: draft,
      recents: version.recents,
      records: [this.parts.records.unlink(id, draft, atMs, how)],
      messageIds: [],
      receivedAtMs: atMs,
      grants: NO_GRANTS,
    });
    return outcome.kind === 'committed';
  }
}
