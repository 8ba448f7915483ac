// Which earlier version a rollback goes to that names none: the newest whose content differs from what
// is current and was not itself left by a rollback. So the second of two rollbacks goes further back
// and never forward to what the first one left. Content that was published again after it was left
// counts as good: somebody wanted it.

import type { VersionEntry } from '../snapshots/snapshot.ts';

export class RollbackSearch {
  private current: string | null = null;
  /** By content hash, whether its last mention was good: it was published, not left. */
  private readonly isGood = new Map<string, boolean>();

  /**
   * Whether this is the version to go to.
   * @param entry of the versions one after the other, the current one first
   */
  isTarget({ hash, rolledBackFrom }: VersionEntry): boolean {
    this.current ??= hash;
    if (!this.isGood.has(hash)) this.isGood.set(hash, true);
    const left = rolledBackFrom?.hash;
    if (left !== undefined && !this.isGood.has(left)) this.isGood.set(left, false);
    return hash !== this.current && this.isGood.get(hash) === true;
  }
}
