// What a worker does with the partitions it holds is a task: the runtime (partition-runtime.ts) says
// which partitions, and calls; the task knows what is to be done with one, and nothing of leases,
// groups or other tasks. Each has its own loop: what one throws, or waits for, is no other's matter.
//
//   leased ──► acquire ──► round ─► round ─► … ──► release ──► the lease goes, or is gone already

/**
 * What comes after a round: the next at once, the next after a pause of so many ms, or nothing;
 * after `faultLastsMs` the next, and what failed before counts as failing still.
 */
export type Next = 'again' | 'done' | number | { readonly faultLastsMs: number };

/** The circumstances of a round; true to the moment also while the round is under way. */
export interface Turn {
  /** Which group a round is about; 0 where groups go together. */
  readonly group: number;
  /** The worker has been told to stop: what has nothing left to do says `done`. */
  readonly isStopping: boolean;
}

/** Something done again and again with the partitions that this worker holds. */
export interface PartitionTask {
  /** For logs, and to tell which loop fails. */
  readonly name: string;
  /**
   * `apart`: a loop for every group of partitions, side by side; a partition is not given back while
   * a round over it is under way. `together`: one loop over all; a partition may go amid a round, so
   * whatever the task writes is fenced.
   */
  readonly groups: 'apart' | 'together';
  /** Longest wait after a fault, ms; default 10,000. */
  readonly backoffMsMax?: number;
  /**
   * Partitions are ours: told once for each lease, before the first round with them.
   * @throws Error it is told again with the next round, and none begins before
   */
  acquire?(partitions: readonly number[]): void | Promise<void>;
  /**
   * One round. @param partitions whose leases are held now; may be none
   * @throws Error the next round comes after a wait, longer each time
   */
  round(partitions: readonly number[], turn: Turn): Promise<Next>;
  /**
   * Partitions are ours no more, or will not be in a moment: told once for each that was acquired. It
   * forgets what it knows of them, and waits for nothing.
   */
  release?(partitions: readonly number[]): void;
}

/** Something done again and again that is not about partitions. */
export interface PlainTask {
  readonly name: string;
  /** @throws Error the next round comes after a wait, longer each time */
  round(turn: Turn): Promise<Next>;
}
