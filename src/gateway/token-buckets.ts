// Hot path. Rates per name (a key's id): a bucket holds `burst` tokens and gets `perSecond` back.

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Names remembered; when there are more the full buckets, which say nothing, are forgotten. */
const NAMES_MAX = 10_000;

export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** One token of `name`; false = none left. @param nowMs a clock that never goes back */
  take(name: string, nowMs: number): boolean {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      if (this.buckets.size >= NAMES_MAX) this.forgetFull(nowMs);
      bucket = { tokens: this.burst, atMs: nowMs };
      this.buckets.set(name, bucket);
    }
    const refilled = bucket.tokens + ((nowMs - bucket.atMs) * this.perSecond) / 1_000;
    bucket.tokens = Math.min(this.burst, refilled);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  private forgetFull(nowMs: number): void {
    for (const [name, bucket] of this.buckets) {
      const refilled = bucket.tokens + ((nowMs - bucket.atMs) * this.perSecond) / 1_000;
      if (refilled >= this.burst) this.buckets.delete(name);
    }
    if (this.buckets.size >= NAMES_MAX) this.buckets.clear();
  }
}
