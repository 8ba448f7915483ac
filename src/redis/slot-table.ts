// Which node has which slot, from what the nodes say. Nodes that were cut off say what was true: a
// claim counts only if its epoch is not older than the one that was believed before.

import type { NodeView } from './cluster-view.ts';
import { SLOTS } from './key-slot.ts';

export class SlotTable<Node extends { readonly id: string }> {
  private readonly owners = new Array<Node | null>(SLOTS).fill(null);
  private readonly epochs = new Float64Array(SLOTS);

  /** Who has a slot; null = nobody said so yet. */
  ownerOf(slot: number): Node | null {
    return this.owners[slot] ?? null;
  }

  /** All that have a slot, each once. */
  all(): ReadonlySet<Node> {
    const found = new Set<Node>();
    for (const owner of this.owners) if (owner !== null) found.add(owner);
    return found;
  }

  get isWhole(): boolean {
    return !this.owners.includes(null);
  }

  /**
   * Takes over what a node says.
   * @param nodeOf the node of an id, null when it cannot be used
   * @returns whether a slot that somebody had has another owner now
   */
  merge(views: readonly NodeView[], nodeOf: (id: string) => Node | null): boolean {
    const known = new Set(views.map(({ id }) => id));
    let changed = false;
    for (const { id, epoch, ranges, isMaster } of views) {
      const node = isMaster && ranges.length > 0 ? nodeOf(id) : null;
      if (node === null) continue;
      for (const [first, last] of ranges) {
        for (let slot = first; slot <= last; slot++) {
          const before = this.owners[slot]!;
          // Whom nobody knows any more was forgotten, or the cluster was made anew.
          const stands = before !== null && known.has(before.id) && epoch < this.epochs[slot]!;
          if (stands) continue;
          if (before !== null && before !== node) changed = true;
          this.owners[slot] = node;
          this.epochs[slot] = epoch;
        }
      }
    }
    return changed;
  }

  /** Takes a redirection's word for a slot. @returns whether that is another owner than before */
  move(slot: number, to: Node): boolean {
    const changed = this.owners[slot] !== to;
    // Above the claim of whom it was taken from, below that of whoever takes it next.
    if (changed) this.epochs[slot] = Math.floor(this.epochs[slot]!) + 0.5;
    this.owners[slot] = to;
    return changed;
  }
}
