// Who claimed which name, as the keys of names have it: of a browser or a device, who counts until it is
// everybody's. Beside what customers list: a call may claim a name, and never come to list it.

import type { Kept } from './kept-customer.ts';

/** People who may have had a browser until it is everybody's. */
const OWNERS_MAX = 3;

export class NameClaims {
  private readonly owners = new Map<string, ReadonlySet<string>>();
  /** Who claimed a name last, or was given it by a fold: by the id of then. */
  private readonly by = new Map<string, string>();
  private readonly shared = new Set<string>();

  copy(): NameClaims {
    const copy = new NameClaims();
    for (const [name, owners] of this.owners) copy.owners.set(name, owners);
    for (const [name, id] of this.by) copy.by.set(name, id);
    for (const name of this.shared) copy.shared.add(name);
    return copy;
  }

  isShared(name: string): boolean {
    return this.shared.has(name);
  }

  claim(name: string, id: string): void {
    this.by.set(name, id);
  }

  /** Keys that lead on by way of a name lead straight to a customer who loses it. */
  leadStraight(name: string, id: string): void {
    for (const [each, by] of this.by) if (by === name) this.by.set(each, id);
  }

  /**
   * One person more.
   * @param loser who had it until now; null = nobody who is known
   * @returns false = it is everybody's from now on
   */
  count(name: string, caller: Kept, loser: Kept | null): boolean {
    const owners = new Set(this.owners.get(name));
    this.owners.set(name, owners);
    const before = this.by.get(name);
    if (loser !== null) {
      if (before !== undefined && before !== loser.id) owners.delete(before);
      for (const each of loser.names) owners.delete(each);
      owners.add(loser.id);
    }
    // What the caller was called before is the same person.
    for (const each of caller.names) owners.delete(each);
    owners.add(caller.id);
    if (owners.size < OWNERS_MAX) return true;
    this.shared.add(name);
    return false;
  }
}
