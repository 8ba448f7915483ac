// Hot path (`isSeenTo`). Which names of a call need no look: those that the state lists, and those that were
// refused, or looked for, a moment ago.

import type { NamedAlias, RefusedMerge, RefusedMergeReason } from '../model/identity.ts';
import { APART } from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import type { Named } from '../pipeline.ts';
import { linkOf } from './links.ts';
import type { IdentityCounts } from './moves-parts.ts';
import { Refusals } from './refusals.ts';
import type { TakingIn } from './taking-in.ts';

export class SeenNames {
  readonly refusals = new Refusals();

  /** @param renewAfterMs how long a name is taken for sure, ms */
  constructor(
    private readonly takingIn: TakingIn,
    private readonly counts: IdentityCounts,
    private readonly renewAfterMs: number,
  ) {}

  /** Whether a name is this customer's, or was refused a moment ago. */
  isSeenTo(state: CustomerState, alias: NamedAlias, atMs: number): boolean {
    const { id, kind, value, otherwise } = alias;
    if (id === state.customerId || this.refusals.has(state.customerId, id)) return true;
    if (kind === APART) return this.takingIn.isSeenTo(state, id);
    const link = linkOf(state, id);
    if (link !== null) {
      const isShown = value === null || link.value !== null;
      return isShown && atMs - link.renewedAtMs < this.renewAfterMs;
    }
    return otherwise !== null && this.isSeenTo(state, otherwise, atMs);
  }

  /** Whether it was noted a moment ago that a name of this kind names nobody. */
  isNoted({ customerId }: CustomerState, kind: string): boolean {
    return this.refusals.has(customerId, `${kind}:`);
  }

  /**
   * Notes a refusal, and that there is one.
   * @param from the name, or the customer whose it is; of an unusable one its kind
   * @param name as the call gave it
   */
  refuse(
    { customerId }: CustomerState,
    from: string,
    reason: RefusedMergeReason,
    { receivedAtMs }: Named,
    refused: RefusedMerge[],
    name = `${from}:`,
  ): void {
    this.refusals.add(customerId, name);
    this.counts.refused(reason);
    refused.push({ from, to: customerId, reason, atMs: receivedAtMs });
  }
}
