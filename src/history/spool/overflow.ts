// When the ledger overflows to disk. Inserting comes first; a group of partitions is spooled when
// one of them lags by more than a threshold and history is in trouble (it failed) or slow (a round
// of inserts did not shorten the lag), and until none lags by more than half of that. Under steady
// traffic some partition nearly always does, and the group would spool for ever: so now and then,
// while history works, it tries to insert instead.
//
//   insert ──lag > threshold, and failing or not getting shorter──► spool
//     ▲ └─failing─► wait (for longer each time, and meanwhile the lag is watched)
//     └────lag ≤ threshold ÷ 2, or no room on disk, or a try───────┘
//
// Bringing home goes on meanwhile, whenever history does not just fail (bring-home.ts).

/** What to do with a group now. */
export type Plan = 'insert' | 'spool' | 'wait';

interface Group {
  isSpooling: boolean;
  /** The longest lag when a round of inserts began; null = none since the last spooling. */
  lagBefore: number | null;
  /** When a group that is spooling tries to insert. */
  tryAtMs: number;
}

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 10_000;
/** How long a group spools before it tries to insert: files come home meanwhile. */
const TRY_MS = 30_000;

export class Overflow {
  private readonly groups: readonly Group[];
  /** Nothing is inserted before history's tables are there: until then it counts as failing. */
  private backoffMs = BACKOFF_MS_MIN;
  private retryAtMs = Number.POSITIVE_INFINITY;
  /** When it began to fail; null = it works, or has not been asked yet. */
  private failsSinceMs: number | null = null;
  /** Of an outage that lasts hours a group spools many times: that is told once. */
  private isTold = false;

  /**
   * @param afterRecords lag of one partition, in records, from which on it may be spooled
   * @param onChange told when a group begins to spool, once until history works again and none does
   */
  constructor(
    groups: number,
    private readonly afterRecords: number,
    private readonly onChange: (isSpooling: boolean) => void,
  ) {
    this.groups = Array.from({ length: groups }, () => ({
      isSpooling: false,
      lagBefore: null,
      tryAtMs: 0,
    }));
  }

  /** Whether any group is spooling. */
  get isSpooling(): boolean {
    return this.groups.some((group) => group.isSpooling);
  }

  /** Whether inserting fails just now. */
  get isFailing(): boolean {
    return this.backoffMs > 0;
  }

  /** For how long inserting has failed without a success between, ms: spooling is none. */
  failingMs(nowMs: number): number {
    return this.failsSinceMs === null ? 0 : Math.max(0, nowMs - this.failsSinceMs);
  }

  /** Lags beyond this are spooled while a group is spooling. */
  get enoughRecords(): number {
    return Math.floor(this.afterRecords / 2);
  }

  /** @param lags of the group's partitions, records */
  plan(number: number, lags: readonly number[], canSpool: boolean, nowMs: number): Plan {
    const group = this.groups[number]!;
    const longest = Math.max(0, ...lags);
    const isSlow = group.lagBefore !== null && longest >= group.lagBefore;
    const isOver = longest > (group.isSpooling ? this.enoughRecords : this.afterRecords);
    const mayTry = !this.isFailing && nowMs >= group.tryAtMs;
    const isInTrouble = group.isSpooling ? !mayTry : this.isFailing || isSlow;
    this.turn(group, canSpool && isOver && isInTrouble, nowMs);
    if (group.isSpooling) {
      group.lagBefore = null;
      return 'spool';
    }
    if (this.mustWait(nowMs)) return 'wait';
    group.lagBefore = longest;
    return 'insert';
  }

  /** Whether history failed so recently that it is not asked again yet. */
  mustWait(nowMs: number): boolean {
    return nowMs < this.retryAtMs;
  }

  /**
   * Whether files may be brought home: also while groups spool, or where more comes in than history
   * takes they would only ever grow. Where history fails, it is asked as rarely as by a group.
   */
  mayBringHome(nowMs: number): boolean {
    return !this.mustWait(nowMs);
  }

  /** How long that will take; ms, Infinity = until it has answered once. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.retryAtMs - nowMs);
  }

  /** An insert, or reading back, failed. */
  failed(nowMs: number): void {
    this.failsSinceMs ??= nowMs;
    // Several groups fail together: that is one failure.
    if (this.mustWait(nowMs)) return;
    this.backoffMs = Math.min(Math.max(BACKOFF_MS_MIN, this.backoffMs * 2), BACKOFF_MS_MAX);
    this.retryAtMs = nowMs + this.backoffMs;
  }

  /** History answered: its tables are there, or something was read or inserted. */
  worked(): void {
    this.failsSinceMs = null;
    this.backoffMs = 0;
    this.retryAtMs = 0;
    if (!this.isTold || this.isSpooling) return;
    this.isTold = false;
    this.onChange(false);
  }

  private turn(group: Group, isSpooling: boolean, nowMs: number): void {
    if (isSpooling && !group.isSpooling) group.tryAtMs = nowMs + TRY_MS;
    group.isSpooling = isSpooling;
    if (!isSpooling || this.isTold) return;
    this.isTold = true;
    this.onChange(true);
  }
}
