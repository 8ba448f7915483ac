// Hot path (`current` and `atLeast` when nothing is to do). The catalog in force in this process.
//
// It follows the published one by polling (`refresh`), and at once when a customer's state was last
// stepped under a later publication (`atLeast`). States: none → running n → running m …; a
// publication that does not compile here is refused whole, and the running one goes on.

import { Unavailable } from '../errors.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogSource, Published } from '../pipeline.ts';
import { compileCatalog } from './compile-catalog.ts';
import { formatFaults } from './fault.ts';
import type { SourceFile } from './yaml-tree.ts';

/** A published catalog as text. */
export interface Publication {
  readonly publication: number;
  readonly hash: string;
  readonly files: readonly SourceFile[];
}

/** Where publications are read from. Methods throw `Unavailable`. */
export interface PublicationReader {
  /** Number of the current one, 0 when there is none. Cheap: polled. */
  latest(): Promise<number>;
  /** The current one, null when there is none. */
  read(): Promise<Publication | null>;
}

export interface LiveCatalogParts {
  readonly reader: PublicationReader;
  /** Binds the engine to a catalog. */
  readonly prepare: (catalog: Catalog, publication: number) => Published;
  /** A publication that cannot run here, and why; told once each. */
  readonly onRefused: (publication: number, reason: string) => void;
  /** A publication that is now in force here. */
  readonly onLoaded: (publication: number, hash: string) => void;
  /** Longest wait for one load. */
  readonly deadlineMs: number;
}

export class LiveCatalog implements CatalogSource {
  private running: Published | null = null;
  private answer: Promise<Published> | null = null;
  private loading: Promise<void> | null = null;
  /** Last publication that was refused; it is not compiled again. */
  private refused = 0;
  /** Up to here nothing newer than `running` was there when last asked. */
  private absentUpTo = 0;

  constructor(private readonly parts: LiveCatalogParts) {}

  /** @throws Unavailable before the first publication was loaded */
  current(): Published {
    if (this.running === null) throw new Unavailable('not_ready');
    return this.running;
  }

  /**
   * The catalog in force, once it is at least this publication. Where the store has nothing so new
   * (it lost it, or it was refused here) the running one goes on.
   * @throws Unavailable when the store does not answer within the deadline
   */
  atLeast(publication: number): Promise<Published> {
    if (this.answer !== null && this.covers(publication)) return this.answer;
    return this.catchUp(publication);
  }

  /** Takes the published catalog over when it is another. @throws Unavailable */
  async refresh(): Promise<void> {
    this.absentUpTo = 0;
    const latest = await this.within(this.parts.reader.latest());
    const known = latest === this.running?.publication || latest === this.refused;
    if (latest !== 0 && !known) await this.load();
  }

  private covers(publication: number): boolean {
    return publication <= this.running!.publication || publication <= this.absentUpTo;
  }

  private async catchUp(publication: number): Promise<Published> {
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
    this.loading ??= this.within(this.loadOnce()).finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  private async loadOnce(): Promise<void> {
    const read = await this.parts.reader.read();
    if (read === null || read.publication === this.running?.publication) return;
    if (read.publication === this.refused) return;
    const reason = this.adopt(read);
    if (reason === null) return;
    this.refused = read.publication;
    this.parts.onRefused(read.publication, reason);
  }

  /** Puts a publication in force; the reason when it cannot be. */
  private adopt({ publication, files }: Publication): string | null {
    try {
      const compiled = compileCatalog(files);
      if (!compiled.ok) return formatFaults(compiled.faults);
      this.running = this.parts.prepare(compiled.catalog, publication);
      this.answer = Promise.resolve(this.running);
      this.parts.onLoaded(publication, compiled.catalog.hash);
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
