// A name that a call gives is somebody's: the caller and that one are one, or it moves on, or it is refused
// (judge.ts).

import { Unreadable } from '../errors.ts';
import type {
  IdentifierRules,
  NamedAlias,
  RefusedMerge,
  RefusedMergeReason,
} from '../model/identity.ts';
import type { CatalogVersion, Named, StoredState } from '../pipeline.ts';
import type { Finding } from './finding.ts';
import { hasRoomForMerge } from './forgettable.ts';
import type { Freeing } from './freeing.ts';
import { isApart, judge, survives } from './judge.ts';
import { haveTooMany, isPast, namesOf } from './links.ts';
import type { Meant } from './meant.ts';
import type { Moves } from './moves.ts';
import type { Claimed } from './name-store.ts';
import type { NamedBefore } from './named-before.ts';
import { isNobody } from './nobodys.ts';
import type { Returning } from './returning.ts';
import type { SeenNames } from './seen-names.ts';

/** A name that a call gives, and what is known of it from one attempt to the next. */
export interface Tried {
  readonly given: NamedAlias;
  readonly named: Named;
  readonly refused: RefusedMerge[];
  /** As in `Claim`: the forward that may be replaced, and who had the name. */
  over: string;
  loser: string;
  loserNames: readonly string[];
}

/** What came of an attempt. */
export interface Next {
  /**
   * `done`: it is over. `again`: something is another by now. `becomes`: nothing is stored of the caller,
   * whose id is to be a name of `stored`.
   */
  readonly kind: 'done' | 'again' | 'becomes';
  /** The caller then. */
  readonly stored: StoredState;
}

/** A name that is somebody's. */
export type Held = Extract<Claimed, { kind: 'owned' | 'customer' }>;

export class Meeting {
  constructor(
    private readonly nowMs: () => number,
    private readonly finding: Finding,
    private readonly moves: Pick<Moves, 'fold'>,
    private readonly returning: Pick<Returning, 'leadOn'>,
    private readonly freeing: Freeing,
    private readonly seen: SeenNames,
    private readonly meant: Meant,
    private readonly before: NamedBefore,
  ) {}

  /** @param claimed what is known of who has it */
  async meet(
    current: StoredState,
    alias: NamedAlias,
    claimed: Held,
    tried: Tried,
    version: CatalogVersion,
  ): Promise<Next> {
    const { state } = current;
    const again: Next = { kind: 'again', stored: current };
    const other = await this.finding.findFresh(alias.id);
    const { customerId } = other.state;
    if (customerId === alias.id && (claimed.kind === 'owned' || isNobody(other))) {
      // Its key leads to somebody who does not list it: whoever claims it has it.
      tried.over = other.etag;
      return again;
    }
    if (customerId === state.customerId) {
      // It is the caller's already: what was known here was old, or the key leads there in a roundabout
      // way, by the id of somebody who was folded into the caller.
      if (claimed.kind === 'owned') tried.over = claimed.etag;
      return { kind: 'again', stored: other };
    }
    if (isApart(state, other.state)) {
      return refuseName(this.seen, current, tried, 'taken_apart', customerId);
    }
    const verdict = judge(state, other.state, alias.kind, version.identifiers);
    switch (verdict.kind) {
      case 'refuse':
        return refuseName(this.seen, current, tried, verdict.reason, customerId);
      case 'take':
        if (customerId === alias.id || isPast(tried.named, other.state, alias.id)) {
          return refuseName(this.seen, current, tried, 'weak_identifier', customerId);
        }
        // Else it was on the move, and is there by now; or somebody began to take it out of there.
        if (claimed.kind === 'owned') await this.take(other, alias, claimed.etag, tried, version);
        else await this.returning.leadOn(alias.id);
        return again;
      case 'merge':
        return this.merge(current, other, alias, tried, version.identifiers);
    }
  }

  /** From a person who lists it, for the caller, if that is still so. @param over etag of its key */
  private async take(
    other: StoredState,
    alias: NamedAlias,
    over: string,
    tried: Tried,
    version: CatalogVersion,
  ): Promise<void> {
    // After its holder was read: who is known by the other name since then changed that one first.
    if ((await this.meant.afresh(tried.given)) !== alias) return;
    if (!(await this.freeing.take(other, alias.id, version))) return;
    this.meant.take(tried.given);
    tried.over = over;
    tried.loser = other.state.customerId;
    tried.loserNames = namesOf(other.state);
  }

  /** Folds one of the two into the other, if that may be. */
  private async merge(
    current: StoredState,
    other: StoredState,
    alias: NamedAlias,
    tried: Tried,
    rules: IdentifierRules,
  ): Promise<Next> {
    const { named } = tried;
    const { state } = current;
    const otherId = other.state.customerId;
    const atMs = this.nowMs();
    if (!hasRoomForMerge(state, atMs) || !hasRoomForMerge(other.state, atMs)) {
      return refuseName(this.seen, current, tried, 'too_many', alias.id);
    }
    const callerStays = survives(state.customerId, otherId, rules);
    const [into, from] = callerStays ? [current, other] : [other, current];
    if (haveTooMany(into.state, from.state, rules, named.nowMs)) {
      return refuseName(this.seen, current, tried, 'too_many', otherId);
    }
    if (!callerStays && isNobody(from)) return { kind: 'becomes', stored: into };
    try {
      const mergeId = await this.moves.fold(from, into, named.nowMs);
      if (mergeId !== null) this.before.folded(named.naming!);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // The call goes on without it: what is damaged must not take along what is not.
      return refuseName(this.seen, current, tried, 'unreadable', otherId);
    }
    // Where it came to nothing, the caller is who it was.
    return { kind: 'again', stored: await this.finding.findFresh(state.customerId) };
  }
}

/** @param from the name, or the customer whose it is */
export function refuseName(
  seen: SeenNames,
  current: StoredState,
  { given, named, refused }: Tried,
  reason: RefusedMergeReason,
  from: string,
): Next {
  seen.refuse(current.state, from, reason, named, refused, given.id);
  seen.refusals.tell(named.customerId, given.id, reason, named.receivedAtMs);
  return { kind: 'done', stored: current };
}
