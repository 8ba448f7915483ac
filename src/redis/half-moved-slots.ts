// Slots that a failover has left half moved. Redis does not carry a move to the replica: when the
// node that a slot comes from dies, its replica has the slot without the keys that had gone ahead, and
// knows nothing of it; the node that they went to has them, and answers for none. Whoever went on
// there would take customers who lie there for new ones, and give their offers again. So such a slot
// is served by nobody until it is whole, which Redis' own tool sees to (`redis-cli --cluster fix`).
//
// The node that a slot is on its way to says where from. That the one it comes from died, and another
// has the slot now, is what the others say. Before a replica takes over all are asked all the time
// (cluster-discovery.ts), so that is known by then. The tool makes one of the two the owner first and
// moves what the other has after that: the slot is whole once nobody takes it in any more, and a while.

import { Unavailable } from '../errors.ts';
import type { NodeView } from './cluster-view.ts';

/** Mended by people; s. */
const RETRY_S = 5;
/** Nodes are asked one by one, and in turns: so long nobody may say that the slot comes to it; ms. */
const QUIET_MS = 5_000;

interface Import {
  readonly slot: number;
  readonly fromId: string;
  readonly toId: string;
  /** Where it is on its way to, for people. */
  readonly to: string;
}

interface Half {
  readonly import: Import;
  /** Since when nobody says it any more; null = somebody does. */
  quietSinceMs: number | null;
}

type OwnerOf = (slot: number) => string | null;

export class HalfMovedSlots {
  /** As each node last said it. */
  private readonly imports = new Map<string, readonly Import[]>();
  private readonly halves = new Map<number, Half>();
  private readonly untold: string[] = [];

  /** @param monotonicMs never goes back */
  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  get any(): boolean {
    return this.halves.size > 0;
  }

  has(slot: number): boolean {
    return this.halves.has(slot);
  }

  /** Hot path. @throws Unavailable */
  assertWhole(slot: number): void {
    if (this.halves.size === 0) return;
    const half = this.halves.get(slot);
    if (half === undefined) return;
    throw new Unavailable('store_unavailable', RETRY_S, { cause: new Error(textOf(half.import)) });
  }

  /** Takes over what a node says of itself. */
  learn(views: readonly NodeView[], ownerOf: OwnerOf): void {
    const known = new Set(views.map(({ id }) => id));
    for (const { id, imports, names } of views) {
      if (imports === null) continue;
      const to = names[0] ?? id;
      if (imports.length === 0) this.imports.delete(id);
      else
        this.imports.set(
          id,
          imports.map(([slot, fromId]) => ({ slot, fromId, toId: id, to })),
        );
    }
    for (const id of this.imports.keys()) if (!known.has(id)) this.imports.delete(id);
    this.judge(ownerOf);
  }

  /** Who has a slot may be known better than before. */
  judge(ownerOf: OwnerOf): void {
    if (this.imports.size === 0 && this.halves.size === 0) return;
    const coming = new Set<number>();
    for (const each of [...this.imports.values()].flat()) {
      coming.add(each.slot);
      const owner = ownerOf(each.slot);
      if (owner === null || owner === each.fromId || owner === each.toId) continue;
      if (this.halves.has(each.slot)) continue;
      this.halves.set(each.slot, { import: each, quietSinceMs: null });
      this.untold.push(textOf(each));
    }
    const nowMs = this.monotonicMs();
    for (const [slot, half] of this.halves) {
      half.quietSinceMs = coming.has(slot) ? null : (half.quietSinceMs ?? nowMs);
      if (half.quietSinceMs === null || nowMs - half.quietSinceMs < QUIET_MS) continue;
      this.halves.delete(slot);
      this.untold.push(`slot ${slot} is whole again`);
    }
  }

  /** What was not said yet. */
  news(): readonly string[] {
    return this.untold.splice(0);
  }
}

function textOf({ slot, to }: Import): string {
  return (
    `slot ${slot} was on its way to ${to} when its master died: its keys are on two nodes, so it is ` +
    'not served before `redis-cli --cluster fix`; see "Moving slots" in docs/operations.md'
  );
}
