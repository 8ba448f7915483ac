// A name that a call gives is claimed for its customer. Where it is somebody's, the two meet (meeting.ts).

import {
  APART,
  type IdentifierRules,
  isStrong,
  type NamedAlias,
  type RefusedMerge,
} from '../model/identity.ts';
import type { Named, StoredState } from '../pipeline.ts';
import { isPerson, ruleOf } from './judge.ts';
import { hasTooMany, isLinked, linkOf, listing, namesOf, withLink } from './links.ts';
import type { Meant } from './meant.ts';
import { type Meeting, type Next, refuseName, type Tried } from './meeting.ts';
import type { Moves } from './moves.ts';
import type { MovesParts } from './moves-parts.ts';
import type { NamedBefore } from './named-before.ts';
import type { SeenNames } from './seen-names.ts';
import type { TakingIn } from './taking-in.ts';

/** How often it is begun again where others were faster. */
const ATTEMPTS_MAX = 16;
/** People who may hold a weak name within its window before it is nobody's. */
const OWNERS_MAX = 3;

const DAY_MS = 86_400_000;
const NO_NAMES: readonly string[] = [];

export class Joining {
  constructor(
    private readonly parts: MovesParts,
    private readonly moves: Pick<Moves, 'letGo'>,
    private readonly seen: SeenNames,
    private readonly takingIn: TakingIn,
    private readonly meant: Meant,
    private readonly meeting: Meeting,
    private readonly before: NamedBefore,
  ) {}

  /** Makes one name the caller's, or the caller and its holder one. @returns the caller then */
  async join(
    caller: StoredState,
    given: NamedAlias,
    named: Named,
    refused: RefusedMerge[],
  ): Promise<StoredState> {
    const tried: Tried = { given, named, refused, over: '', loser: '', loserNames: NO_NAMES };
    let current = caller;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (this.seen.isSeenTo(current.state, given, named.receivedAtMs)) return current;
      if (given.kind === APART) return this.takingIn.takeIn(current, given.id, named);
      const next = await this.claim(current, tried);
      if (next.kind === 'done') return next.stored;
      if (next.kind === 'again') current = next.stored;
      else {
        const joined = await this.become(next.stored, current, tried);
        if (joined === null) return current;
        current = joined;
      }
    }
    return current;
  }

  /** The name for the caller, where it may be. */
  private async claim(current: StoredState, tried: Tried): Promise<Next> {
    const { state } = current;
    const { named } = tried;
    const version = await this.parts.catalogs.atLeast(state.publication);
    const rules = version.identifiers;
    const alias = await this.meant.of(tried.given);
    const rule = ruleOf(alias.kind, rules);
    if (linkOf(state, alias.id) === null && hasTooMany(state, rule, named.nowMs)) {
      return refuseName(this.seen, current, tried, 'too_many', alias.id);
    }
    const isApart = state.apart.includes(alias.id);
    if (isApart && !this.before.has(named.naming!, alias.id)) {
      return refuseName(this.seen, current, tried, 'taken_apart', alias.id);
    }
    const isWeak = !isStrong(alias.kind, rules);
    const claimed = await this.parts.names.claim({
      id: alias.id,
      by: state.customerId,
      nowMs: named.nowMs,
      over: tried.over,
      loser: tried.loser,
      sharing: isWeak
        ? {
            ownersMax: isPerson(state, rules) ? OWNERS_MAX : 0,
            windowMs: rule.windowMs ?? 30 * DAY_MS,
            same: [...tried.loserNames, ...namesOf(state)],
          }
        : null,
    });
    // Without who lost it, what they are called must not be taken from those who had it.
    tried.loser = '';
    tried.loserNames = NO_NAMES;
    switch (claimed.kind) {
      case 'shared':
        return refuseName(this.seen, current, tried, 'shared', alias.id);
      case 'claimed':
        return this.list(current, alias, tried, rules);
      case 'owned':
      case 'customer':
        return this.meeting.meet(current, alias, claimed, tried, version);
    }
  }

  /** In the state of the caller, whose the name is by now. */
  private async list(
    current: StoredState,
    alias: NamedAlias,
    tried: Tried,
    rules: IdentifierRules,
  ): Promise<Next> {
    const { state } = current;
    const links = withLink(state, alias, tried.named, (kind) => !isStrong(kind, rules));
    if (links === null) return refuseName(this.seen, current, tried, 'too_many', alias.id);
    if (links.length > state.links.length) this.parts.counts.linked();
    if (linkOf(state, alias.id) === null) this.before.listed(tried.named.naming!, alias.id);
    for (const { id } of state.links) {
      if (!links.some((link) => link.id === id)) await this.moves.letGo(state, id);
    }
    const draft = listing(state, links);
    if (state.apart.includes(alias.id)) draft.apart = without(state.apart, alias.id);
    return { kind: 'done', stored: { etag: current.etag, state: draft } };
  }

  /** There is no more to the caller than the id: it becomes a name. @returns null = it may not */
  private async become(
    into: StoredState,
    { state }: StoredState,
    { given, named, refused }: Tried,
  ): Promise<StoredState | null> {
    const { customerId: id } = state;
    const { kind, value } = named.naming!;
    const joined = await this.join(into, { id, kind, value, otherwise: null }, named, refused);
    if (isLinked(joined.state, id)) return joined;
    const { refusals } = this.seen;
    refusals.add(id, given.id);
    const reason = refused.at(-1)?.reason;
    if (reason !== undefined) {
      refusals.tell(named.customerId, given.id, reason, named.receivedAtMs);
    }
    return null;
  }
}

function without(ids: readonly string[], id: string): readonly string[] {
  return ids.filter((each) => each !== id);
}
