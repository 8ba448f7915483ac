// What is in history but still in the ledger. Records stay there for a while after their mark, so
// that `verify` can compare them with history, and leave early when the ledger fills up.

interface Mark {
  readonly last: number;
  readonly atMs: number;
}

/** Marks per partition that are remembered one by one; later ones join the newest. */
const MARKS_MAX = 1_000;

export class Trail {
  private readonly byPartition = new Map<number, Mark[]>();

  /** @param delayMs how long records stay after their mark */
  constructor(private readonly delayMs: number) {}

  marked(partition: number, last: number, atMs: number): void {
    const marks = this.byPartition.get(partition);
    if (marks === undefined) this.byPartition.set(partition, [{ last, atMs }]);
    else if (marks.length < MARKS_MAX) marks.push({ last, atMs });
    else marks[marks.length - 1] = { last, atMs };
  }

  /** The position up to which a partition may be trimmed now; null = nothing is due. */
  due(partition: number, nowMs: number): number | null {
    const marks = this.byPartition.get(partition) ?? [];
    let count = 0;
    while (count < marks.length && marks[count]!.atMs + this.delayMs <= nowMs) count++;
    return count === 0 ? null : marks.splice(0, count)[count - 1]!.last;
  }

  /** Forgets a partition that is another worker's now. */
  forget(partition: number): void {
    this.byPartition.delete(partition);
  }
}
