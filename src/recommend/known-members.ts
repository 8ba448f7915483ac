// Of which segment groups customers are members, as their rows say it: what an interaction is learned with.
// Of those who are members of none, nothing is kept. Bounded: whose row is the oldest leaves, and counts as
// a member of none until the next one.

import { type LearnedGroup, memberKey } from '../model/crowd/interactions.ts';

/** Some 100 bytes each. */
export const MEMBERS_KNOWN_MAX = 500_000;

export class KnownMembers {
  readonly #keys = new Map<string, readonly string[]>();
  /** The same list for all who are members of the same. */
  readonly #lists = new Map<string, readonly string[]>();

  constructor(
    readonly groups: readonly LearnedGroup[],
    readonly max: number = MEMBERS_KNOWN_MAX,
  ) {}

  /** @param members by group; '' = none. Those of an earlier catalog are none */
  note(customerId: string, members: readonly string[]): void {
    this.#keys.delete(customerId);
    const keys = this.groups.flatMap((group, i) => {
      const member = members[i] ?? '';
      return group.members.includes(member) ? [memberKey(group.name, member)] : [];
    });
    if (keys.length === 0) return;
    const text = keys.join('\n');
    const list = this.#lists.get(text) ?? keys;
    this.#lists.set(text, list);
    this.#keys.set(customerId, list);
    if (this.#keys.size <= this.max) return;
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest);
      return;
    }
  }

  /** By memberKey; null = of none. */
  of(customerId: string): readonly string[] | null {
    return this.#keys.get(customerId) ?? null;
  }
}
