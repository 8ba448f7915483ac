// Which partitions this worker holds. Acquires free leases up to its share, has them renewed by
// lease-thread, answers from shared memory whether a lease can still be relied upon, and gives back
// what others should have.
//
//   free ──acquire──► held ──renewals──► held ──no renewal for ⅔ of the ttl──► doubtful (no inserts)
//                      │ give back: free   └ refused: lost ──► free again, for anyone

import { randomBytes } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../ops/start-thread.ts';
import type { LeaseScripts } from './lease-scripts.ts';
import { NOBODY, partToGiveBack, shareOf } from './lease-share.ts';
import type { LeaseNews, LeaseOrder, LeaseThreadSettings } from './lease-thread.ts';
import type { Lease, Roster, TakenLeases } from './leases.ts';

export interface LeaseSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  /** Who holds the leases, for people. */
  readonly owner: string;
  /**
   * `spread` shares partitions with the other workers, `all` wants every one (embedded history: no
   * other could write it), `none` is no worker and takes what it is told to take (a repair).
   */
  readonly wants: 'spread' | 'all' | 'none';
  /** How long a dead worker's partitions stay without one, ms. */
  readonly ttlMs: number;
  /** Faults of the renewing thread; it is started again. */
  readonly onError?: (error: Error) => void;
  /** Workers came or went, or somebody asks for a partition. */
  readonly onRoster?: () => void;
}

const RESTART_MS = 200;
/** How long handing back and ending may take in all. */
const CLOSE_MS = 2_000;

export class LeaseKeeper implements TakenLeases {
  private readonly renewedAtMs: Float64Array<SharedArrayBuffer>;
  private readonly fences = new Map<number, string>();
  private readonly threadSettings: LeaseThreadSettings;
  private readonly worker: string | null;
  private thread: Worker;
  private roster: Roster = NOBODY;
  private answered = 0;
  /** Who was here when this worker first heard of anybody. */
  private elders: readonly string[] | null = null;
  private leaving = false;
  private closing = false;
  private started: () => void = () => {};
  private readonly renewing: Promise<void>;

  constructor(
    private readonly scripts: LeaseScripts,
    private readonly settings: LeaseSettings,
  ) {
    const shared = new SharedArrayBuffer(settings.partitions * Float64Array.BYTES_PER_ELEMENT);
    this.renewedAtMs = new Float64Array(shared);
    const { redisUrl, prefix, partitions, ttlMs } = settings;
    this.worker = settings.wants === 'none' ? null : workerId(settings.owner);
    const { worker } = this;
    this.threadSettings = { redisUrl, prefix, partitions, ttlMs, worker, renewedAtMs: shared };
    this.renewing = new Promise((resolve) => {
      this.started = resolve;
    });
    this.thread = this.startRenewals();
  }

  /** How many partitions this worker should have; 0 until it knows of the others, or when it leaves. */
  get share(): number {
    if (this.leaving || this.worker === null) return 0;
    const { workers } = this.roster;
    if (this.settings.wants === 'all') return workers.length === 0 ? 0 : this.settings.partitions;
    return shareOf(workers, this.worker, this.settings.partitions);
  }

  /** Workers alive as last heard, this one included. */
  get workers(): number {
    return this.roster.workers.length;
  }

  /** A worker that was here before this one and still is, as it named itself; null = none. */
  get elder(): string | null {
    const elder = this.elders?.find((worker) => this.roster.workers.includes(worker));
    return elder === undefined ? null : ownerOf(elder);
  }

  /** Announcements that Redis has answered, `beatMs` apart: while it is away, nobody is heard. */
  get beats(): number {
    return this.answered;
  }

  /** Tries to get free partitions up to the share; returns the ones that were won. */
  async acquireFree(): Promise<number[]> {
    const wanted: number[] = [];
    for (let p = 0; p < this.settings.partitions; p++) {
      if (!this.holds(p) && !this.roster.claims.includes(p)) wanted.push(p);
    }
    // From anywhere: workers that start together should not all ask for the same one.
    wanted.push(...wanted.splice(0, Math.floor(Math.random() * wanted.length)));
    const won: number[] = [];
    while (wanted.length > 0) {
      const room = this.share - this.held().length;
      if (room <= 0) break;
      const asked = wanted.splice(0, room);
      const outcomes = await Promise.all(asked.map((partition) => this.acquire(partition)));
      won.push(...asked.filter((_, i) => outcomes[i]));
    }
    return won;
  }

  /** Takes one partition if it is free. @throws Unavailable */
  async acquire(partition: number): Promise<boolean> {
    // Nothing is acquired before somebody is there to renew it.
    await this.renewing;
    const { owner, ttlMs } = this.settings;
    // A token never repeats: the time says which is older, the random part makes it ours alone.
    const fence = `${Date.now().toString(36)}-${randomBytes(9).toString('base64url')}`;
    const askedAtMs = Date.now();
    const outcome = await this.scripts.acquire({ partition, fence, owner, ttlMs });
    if (outcome.kind === 'held') return false;
    this.fences.set(partition, fence);
    this.renewedAtMs[partition] = askedAtMs;
    this.order({ kind: 'keep', partition, fence });
    return true;
  }

  /**
   * Which of `mine`, partitions of one of `groups`, others should have: those that are claimed, and of
   * what is beyond the share this group's part. They are the caller's to release, once nothing of them
   * is under way.
   * @param going how many were chosen before, and are not released yet
   */
  toGiveBack(mine: readonly number[], groups: number, going: number): readonly number[] {
    const { claims, workers } = this.roster;
    if (!this.leaving && claims.length === 0 && workers.length < 2) return [];
    return partToGiveBack(mine, claims, this.held().length - going, this.share, groups);
  }

  /** Whether the lease is ours, and will be for long enough to begin something. */
  holds(partition: number): boolean {
    const age = Date.now() - this.renewedAtMs[partition]!;
    return this.fences.has(partition) && age < (this.settings.ttlMs * 2) / 3;
  }

  /** As `holds`, and without a break since `fence` was the token. */
  holdsUnder({ partition, fence }: Lease): boolean {
    return this.fences.get(partition) === fence && this.holds(partition);
  }

  /** Whether the lease is still ours as far as is known, be it too old to rely upon. */
  keeps({ partition, fence }: Lease): boolean {
    return this.fences.get(partition) === fence && this.renewedAtMs[partition] !== 0;
  }

  /** The partitions that `holds` is true of. */
  held(): number[] {
    return [...this.fences.keys()].filter((partition) => this.holds(partition));
  }

  /** The fencing token of a partition; '' when it is not ours (no script accepts that). */
  fence(partition: number): string {
    return this.fences.get(partition) ?? '';
  }

  /** A script said that the lease is another's. Of an old token that says nothing about a new one. */
  lost({ partition, fence }: Lease): void {
    if (this.fences.get(partition) === fence) this.forget(partition);
  }

  /** Gives a partition back at once. */
  async release(partition: number): Promise<void> {
    const fence = this.fence(partition);
    this.forget(partition);
    await this.scripts.release({ partition, fence });
  }

  /**
   * This worker will end: where there are others to take over, its share is 0 from here on, and
   * what it holds is for `toGiveBack`. @returns whether there are others
   */
  leave(): boolean {
    if (this.settings.wants === 'spread' && this.workers > 1) this.leaving = true;
    this.order({ kind: 'leave' });
    return this.leaving;
  }

  /** Gives everything back and ends the thread; what Redis does not answer is left to expire. */
  async close(withinMs = CLOSE_MS): Promise<void> {
    this.closing = true;
    this.started();
    const released = Promise.allSettled([...this.fences.keys()].map((p) => this.release(p)));
    const ended = this.hasEnded();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([released, late]);
    this.order({ kind: 'end' });
    await Promise.race([ended, late]);
    clearTimeout(timer);
    await this.thread.terminate();
  }

  private forget(partition: number): void {
    this.fences.delete(partition);
    this.renewedAtMs[partition] = 0;
    this.order({ kind: 'forget', partition });
  }

  private hasEnded(): Promise<unknown> {
    if (this.thread.threadId < 0) return Promise.resolve();
    return new Promise((resolve) => this.thread.once('exit', resolve));
  }

  /** A thread that dies is replaced; its leases are kept if that takes less than their time. */
  private startRenewals(): Worker {
    const thread = startThread('partitions/lease-thread', this.threadSettings);
    thread.on('message', (news: LeaseNews) => this.hear(news));
    thread.on('error', (error) => this.settings.onError?.(error));
    thread.once('exit', () => {
      if (!this.closing) setTimeout(() => this.restartRenewals(), RESTART_MS).unref();
    });
    return thread;
  }

  private hear(news: LeaseNews): void {
    if (news.kind === 'ready') {
      this.started();
      return;
    }
    if (news.kind === 'beat') {
      this.answered++;
      return;
    }
    this.roster = news.roster;
    this.elders ??= news.roster.workers.filter((worker) => worker !== this.worker);
    this.settings.onRoster?.();
  }

  private restartRenewals(): void {
    if (this.closing) return;
    this.thread = this.startRenewals();
    for (const [partition, fence] of this.fences) this.order({ kind: 'keep', partition, fence });
    if (this.leaving) this.order({ kind: 'leave' });
  }

  private order(order: LeaseOrder): void {
    this.thread.postMessage(order);
  }
}

/** Sorts by start time, and is never another's. */
function workerId(owner: string): string {
  const startedAt = Date.now().toString(36).padStart(9, '0');
  return `${startedAt} ${owner} ${randomBytes(6).toString('base64url')}`;
}

function ownerOf(worker: string): string {
  return worker.split(' ')[1] ?? worker;
}
