// Hot path (`current` and `atLeast` when nothing is to do). The version of a snapshot that is in force
// in this process.
//
// It follows the published one by polling (`refresh`), and at once when a customer's state was last
// stepped under a later publication (`atLeast`). States: none → running n → running n, preparing m →
// running m …; a version that cannot be prepared here is refused whole, and the running one goes on.
//
// Preparing may take seconds, and what runs goes on meanwhile: it is done in slices, one version at a
// time; what is published in the meantime comes after it. What is in force changes between two
// requests, never within one: that is one synchronous step.

import { Unavailable } from '../errors.ts';
import type { Sliced } from '../model/sliced.ts';
import { inSlices } from '../ops/in-slices.ts';
import type { Snapshot, VersionId } from './snapshot.ts';

/** Where versions are read from. Methods throw `Unavailable`. */
export interface SnapshotReader<Content> {
  /** Which is the current one, null when there is none. Cheap: polled. */
  latest(): Promise<VersionId | null>;
  /** The current one, null when there is none. */
  read(): Promise<Snapshot<Content> | null>;
}

/** A version made ready to run, or why it cannot run here. */
export type Readied<Version> =
  | { readonly kind: 'ready'; readonly version: Version }
  | { readonly kind: 'refused'; readonly reason: string };

export interface LiveSnapshotParts<Content, Version> {
  readonly reader: SnapshotReader<Content>;
  /** Makes it ready, with pauses. What it throws is a refusal, too. */
  readonly ready: (snapshot: Snapshot<Content>) => Sliced<Readied<Version>>;
  /** A version that cannot run here, and why; told once each. */
  readonly onRefused: (publication: number, reason: string) => void;
  /** A version that is now in force here. */
  readonly onLoaded: (publication: number, hash: string) => void;
  /** Longest wait for one answer of the store, and for a version that a request needs; ms. */
  readonly deadlineMs: number;
}

export class LiveSnapshot<Content, Version> {
  private running: Version | null = null;
  private runningId: VersionId | null = null;
  private loading: Promise<void> | null = null;
  /** Last version that was refused; it is not prepared again. */
  private refusedId: VersionId | null = null;
  /** Up to here nothing newer than the running one was there when last asked. */
  private absentUpTo = 0;

  constructor(private readonly parts: LiveSnapshotParts<Content, Version>) {}

  /** @throws Unavailable before the first version was loaded */
  current(): Version {
    if (this.running === null) throw new Unavailable('not_ready');
    return this.running;
  }

  /**
   * The version in force, at once if it is at least this publication. Where the store has nothing so
   * new (it lost it, or it was refused here) the running one goes on.
   * @throws Unavailable when it is not in force within the deadline: the store does not answer, or
   *   preparing takes longer (it goes on, and the next request may find it done)
   */
  atLeast(publication: number): Version | Promise<Version> {
    if (this.running !== null && this.covers(publication)) return this.running;
    return this.within(this.catchUp(publication));
  }

  /**
   * Takes the published version over when it is another, however long preparing takes.
   * @throws Unavailable
   */
  async refresh(): Promise<void> {
    this.absentUpTo = 0;
    const latest = await this.within(this.parts.reader.latest());
    if (latest !== null && !this.isKnown(latest)) await this.load();
  }

  private covers(publication: number): boolean {
    return publication <= this.runningId!.publication || publication <= this.absentUpTo;
  }

  private isKnown(id: VersionId): boolean {
    return isSame(id, this.runningId) || isSame(id, this.refusedId);
  }

  private async catchUp(publication: number): Promise<Version> {
    // A load under way may have read before that publication was made, so a second one counts.
    for (let attempt = 0; attempt < 2; attempt++) {
      await this.load();
      if (this.running !== null && this.covers(publication)) return this.running;
    }
    this.absentUpTo = Math.max(this.absentUpTo, publication);
    return this.current();
  }

  /** One at a time: who comes meanwhile waits for the same. */
  private load(): Promise<void> {
    this.loading ??= this.loadOnce().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  private async loadOnce(): Promise<void> {
    const read = await this.within(this.parts.reader.read());
    if (read === null || this.isKnown(read)) return;
    const reason = await this.adopt(read);
    if (reason === null) return;
    this.refusedId = idOf(read);
    this.parts.onRefused(read.publication, reason);
  }

  /** Puts a version in force; the reason when it cannot be. */
  private async adopt(snapshot: Snapshot<Content>): Promise<string | null> {
    try {
      const readied = await inSlices(this.parts.ready(snapshot));
      if (readied.kind === 'refused') return readied.reason;
      this.running = readied.version;
      this.runningId = idOf(snapshot);
      this.parts.onLoaded(snapshot.publication, snapshot.hash);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private async within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Unavailable('store_unavailable')), this.parts.deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** By hash, too: where the store went back to an earlier day, numbers come a second time. */
function isSame(a: VersionId, b: VersionId | null): boolean {
  return b !== null && a.publication === b.publication && a.hash === b.hash;
}

function idOf({ publication, hash }: VersionId): VersionId {
  return { publication, hash };
}
