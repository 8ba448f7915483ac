// How long a whole verification waits for what does not come. Waiting that ends well costs nothing: while
// workers write, a run over many partitions may wait a moment at each. Where nobody writes, every such
// moment would be waited through to its end, and a wait of 10 s became one of minutes.

export class Patience {
  /** @param leftMs of waiting in vain, in all */
  constructor(private leftMs: number) {}

  /** Longest time that this wait may take, ms. @param wantedMs it would like to */
  atMost(wantedMs: number): number {
    return Math.min(wantedMs, this.leftMs);
  }

  /** It was waited for so long, and in vain. */
  lost(ms: number): void {
    this.leftMs = Math.max(0, this.leftMs - ms);
  }
}
