// Who is who. A name is claimed for the customer who gives it; where it is somebody's, the two are one,
// or it moves on, or it is refused (judge.ts). What is claimed here is true once a state lists it.

import { NO_GRANTS } from '../model/budget.ts';
import { DraftState } from '../model/draft-state.ts';
import {
  type IdentifierRule,
  type IdentifierRules,
  isStrong,
  type NamedAlias,
  type RefusedMerge,
  type RefusedMergeReason,
  VISITOR_RULE,
} from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import type { CatalogVersion, Customers, Named, Settled, StoredState } from '../pipeline.ts';
import { apartOf, Finding } from './finding.ts';
import { isPerson, judge, survives } from './judge.ts';
import { hasTooMany, isLinked, linkOf, withLink } from './links.ts';
import { Moves, type MovesParts } from './moves.ts';
import { Refusals } from './refusals.ts';
import { type MergeHistory, type Unmerged, unmerge } from './unmerge.ts';

/** How often it is begun again where others were faster. */
const ATTEMPTS_MAX = 16;
/** Names that became a customer's own while others were seen to may be lost on the way. */
const PASSES_MAX = 4;
/** People who may hold a weak name within its window before it is nobody's. */
const OWNERS_MAX = 3;
/** Folds that one state remembers; each is needed to know that it was done. */
const MERGES_MAX = 256;

export interface CustomersParts extends MovesParts {
  /** How long the key of a name leads to its customer without being renewed, ms. */
  readonly namesExpireMs: number;
}

/** What became of a merge that was asked for. */
export type Merged =
  | { readonly kind: 'merged'; readonly mergeId: string }
  | { readonly kind: 'unknown' }
  /** They are one already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'too_many' }
  /** Another merge of one of them was faster. */
  | { readonly kind: 'busy' };

const DAY_MS = 86_400_000;
const USER_RULE: IdentifierRule = {
  ...{ kind: 'user', trait: null, max: 16, windowMs: null, weak: false },
};

export class KnownCustomers implements Customers {
  private readonly moves: Moves;
  private readonly finding: Finding;
  private readonly refusals = new Refusals();
  private readonly renewAfterMs: number;

  constructor(private readonly parts: CustomersParts) {
    this.moves = new Moves(parts);
    this.finding = new Finding(parts.states, parts.names, this.moves);
    this.renewAfterMs = parts.namesExpireMs / 8;
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
    return state.customerId === name || state.customerId === apartOf(name);
  }

  isSettled(stored: StoredState, named: Named): boolean {
    if (!this.leadsTo(stored, named)) return false;
    const { naming } = named;
    if (naming === undefined || !named.record) return true;
    const { aliases, unusable } = naming;
    for (let i = 0; i < aliases.length; i++) {
      if (!this.isSeenTo(stored.state, aliases[i]!, named.receivedAtMs)) return false;
    }
    return unusable.length === 0 || unusable.every((name) => this.isNoted(stored.state, name.kind));
  }

  async settle(stored: StoredState, named: Named): Promise<Settled> {
    const refused: RefusedMerge[] = [];
    let current = stored;
    for (let pass = 0; pass < PASSES_MAX && !this.isSettled(current, named); pass++) {
      for (const { kind, reason } of named.naming!.unusable) {
        if (!this.isNoted(current.state, kind)) {
          this.refuse(current.state, kind, reason, named, refused);
        }
      }
      for (const alias of named.naming!.aliases) {
        current = await this.join(current, alias, named, refused);
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
      if (isUnknown(survivor) || isUnknown(other)) return { kind: 'unknown' };
      const id = survivor.state.customerId;
      if (id === other.state.customerId) return { kind: 'same' };
      if (Math.max(survivor.state.merges.length, other.state.merges.length) >= MERGES_MAX) {
        return { kind: 'too_many' };
      }
      const atMs = this.parts.nowMs();
      const mergeId = await this.moves.fold(other, id, atMs);
      if (mergeId === null) continue;
      // Of two that are merged into each other at once only one is.
      const { state } = await this.finding.findFresh(into);
      const isFolded = state.merges.some((merge) => merge.mergeId === mergeId);
      return isFolded ? { kind: 'merged', mergeId } : { kind: 'busy' };
    }
    return { kind: 'busy' };
  }

  /** Takes a merge back. @param name of the survivor */
  unmerge(name: string, mergeId: string, history: MergeHistory): Promise<Unmerged> {
    return unmerge({ ...this.parts, finding: this.finding, history }, name, mergeId);
  }

  private isSeenTo(state: CustomerState, alias: NamedAlias, atMs: number): boolean {
    const { id, otherwise } = alias;
    if (id === state.customerId || this.refusals.has(state.customerId, id)) return true;
    const link = linkOf(state, id);
    if (link !== null) return atMs - link.renewedAtMs < this.renewAfterMs;
    return otherwise !== null && this.isSeenTo(state, otherwise, atMs);
  }

  private isNoted({ customerId }: CustomerState, kind: string): boolean {
    return this.refusals.has(customerId, `${kind}:`);
  }

  private refuse(
    { customerId }: CustomerState,
    from: string,
    reason: RefusedMergeReason,
    { receivedAtMs }: Named,
    refused: RefusedMerge[],
    name = `${from}:`,
  ): void {
    this.refusals.add(customerId, name);
    refused.push({ from, to: customerId, reason, atMs: receivedAtMs });
  }

  /** Makes one name the caller's, or the caller and its holder one. @returns the caller then */
  private async join(
    caller: StoredState,
    given: NamedAlias,
    named: Named,
    refused: RefusedMerge[],
  ): Promise<StoredState> {
    let current = caller;
    let holder = '';
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const { state } = current;
      if (this.isSeenTo(state, given, named.receivedAtMs)) return current;
      const version = await this.parts.catalogs.atLeast(state.publication);
      const rules = version.identifiers;
      const alias = await this.meant(given);
      const rule = ruleOf(alias.kind, rules);
      const refuse = (reason: RefusedMergeReason, from = alias.id) => {
        this.refuse(state, from, reason, named, refused, given.id);
        return current;
      };
      if (linkOf(state, alias.id) === null && hasTooMany(state, rule, named.nowMs)) {
        return refuse('too_many');
      }
      const isWeak = !isStrong(alias.kind, rules);
      const claimed = await this.parts.names.claim({
        id: alias.id,
        by: state.customerId,
        nowMs: named.receivedAtMs,
        holder,
        sharing:
          isWeak && isPerson(state, rules)
            ? { ownersMax: OWNERS_MAX, windowMs: rule.windowMs ?? 30 * DAY_MS }
            : null,
      });
      if (claimed.kind === 'shared') return refuse('shared');
      if (claimed.kind === 'claimed') {
        const links = withLink(state, alias, named.receivedAtMs, (kind) => !isStrong(kind, rules));
        return links === null
          ? refuse('too_many')
          : { etag: current.etag, state: listing(state, links) };
      }
      const other = await this.finding.findFresh(alias.id);
      if (claimed.kind === 'owned' && other.state.customerId === alias.id) {
        // Its key leads to somebody who does not list it: whoever claims it has it.
        holder = claimed.by;
        continue;
      }
      if (other.state.customerId === state.customerId) {
        // It is the caller's already: what was known here was old.
        if (isLinked(other.state, alias.id)) current = other;
        else if (claimed.kind === 'owned') holder = claimed.by;
        continue;
      }
      const verdict = judge(state, other.state, alias.kind, rules);
      if (verdict.kind === 'refuse') return refuse(verdict.reason, other.state.customerId);
      if (verdict.kind === 'take') {
        if (claimed.kind !== 'owned') return refuse('weak_identifier', other.state.customerId);
        if (await this.unlink(other, alias.id, version)) holder = claimed.by;
        continue;
      }
      if (Math.max(state.merges.length, other.state.merges.length) >= MERGES_MAX) {
        return refuse('too_many');
      }
      current = await this.unite(current, other, named, rules, refused);
    }
    return current;
  }

  /** Folds one of two into the other. @returns the survivor, or the first where it came to nothing */
  private async unite(
    caller: StoredState,
    other: StoredState,
    named: Named,
    rules: IdentifierRules,
    refused: RefusedMerge[],
  ): Promise<StoredState> {
    const [a, b] = [caller.state.customerId, other.state.customerId];
    const [into, from] = survives(a, b, rules) ? [caller, other] : [other, caller];
    // Nothing is stored of the caller: there is no more to it than the id, which becomes a name.
    if (from === caller && caller.state.asOfMs === 0) {
      const { kind, value } = named.naming!;
      const alias = { id: a, kind, value, otherwise: null };
      return this.join(into, alias, named, refused);
    }
    await this.moves.fold(from, into.state.customerId, named.nowMs);
    return this.finding.findFresh(a);
  }

  /** Which of two names is meant: the first that somebody is known by. */
  private async meant(alias: NamedAlias): Promise<NamedAlias> {
    if (alias.otherwise === null) return alias;
    const { states } = this.parts;
    states.evict(alias.id);
    const loaded = await states.load(alias.id);
    return 'kind' in loaded || loaded.etag !== '' ? alias : alias.otherwise;
  }

  /** Takes a name from a customer. @returns false where the state is another by now */
  private async unlink(
    { etag, state }: StoredState,
    id: string,
    version: CatalogVersion,
  ): Promise<boolean> {
    const draft = listing(
      state,
      state.links.filter((link) => link.id !== id),
    );
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

function ruleOf(kind: string, rules: IdentifierRules): IdentifierRule {
  if (kind === 'anonymous') return VISITOR_RULE;
  return rules.get(kind) ?? USER_RULE;
}

function isUnknown({ etag, state }: StoredState): boolean {
  return etag === '' || state.asOfMs === 0;
}

function listing(state: CustomerState, links: CustomerState['links']): DraftState {
  const draft = new DraftState(state);
  draft.links = links;
  return draft;
}
