// The draws of one partition on one budget: one at a time, and what comes meanwhile is drawn together in
// the next. Each by itself would find what the one before got for its own, and go away with nothing.

import type { Grant } from '../model/budget.ts';

type Left = ReadonlyMap<string, number> | null;

export class JoinedDraws {
  private waiting: { readonly grants: Grant[]; readonly drawn: Promise<Left> } | null = null;
  private underWay: Promise<unknown> = Promise.resolve();

  /**
   * @param drawOnce never rejects
   * @param onIdle nobody waits any more
   */
  constructor(
    private readonly drawOnce: (grants: readonly Grant[]) => Promise<Left>,
    private readonly onIdle: () => void,
  ) {}

  /** What the partition has left then, by kind of limit; null = it cannot be told. */
  draw(grants: readonly Grant[]): Promise<Left> {
    if (this.waiting !== null) {
      this.waiting.grants.push(...grants);
      return this.waiting.drawn;
    }
    const joined = [...grants];
    const drawn = this.underWay.then(() => {
      this.waiting = null;
      return this.drawOnce(joined);
    });
    this.waiting = { grants: joined, drawn };
    this.underWay = drawn.then(() => {
      if (this.waiting === null) this.onIdle();
    });
    return drawn;
  }
}
