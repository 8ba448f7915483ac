// What is brought home together: the oldest files, as many as make up a batch, so that small files cost
// hardly more than one large one. Their records are read file by file, block by block.

import type { LedgerRecord } from '../../ledger/ledger-reader.ts';
import { rangesByPosition } from '../writer/surplus.ts';
import type { OwnedFile } from './spool.ts';
import { readSpoolFile } from './spool-file.ts';
import type { SpoolRange } from './spool-format.ts';
import { recordsOf } from './spooled-ranges.ts';

/** Files in one batch: what is read again when it fails. */
const FILES_MAX = 64;

export class HomeBatch {
  readonly files: OwnedFile[] = [];
  readonly ranges: SpoolRange[] = [];
  private records = 0;
  /** How many ranges of each file. */
  private readonly neededOf = new Map<string, number>();

  /** @param recordsMax of all files together, unless one file alone has more */
  constructor(private readonly recordsMax: number) {}

  /** Whose files these are; null = there is none. */
  get owner(): string | null {
    return this.files[0]?.owner ?? null;
  }

  /** Takes the next file. @returns false where it has to wait for the next batch, and all after it */
  add(file: OwnedFile, needed: readonly SpoolRange[]): boolean {
    const records = this.records + recordsOf(needed);
    if (this.files.length > 0) {
      if (file.owner !== this.owner || this.files.length >= FILES_MAX) return false;
      if (records > this.recordsMax || this.overlaps(needed)) return false;
    }
    this.files.push(file);
    this.neededOf.set(file.path, needed.length);
    this.ranges.push(...needed);
    this.records = records;
    return true;
  }

  /** What is needed of all files. @throws Damaged */
  async *pages(): AsyncGenerator<LedgerRecord[]> {
    let from = 0;
    for (const { path, header } of this.files) {
      const needed = this.ranges.slice(from, from + this.neededOf.get(path)!);
      from += needed.length;
      const rangeOf = rangesByPosition(needed);
      for await (const page of readSpoolFile(path)) {
        // What Redis gave out again after a file was written may be in another file, too.
        const isAll = needed.length === header.ranges.length;
        yield isAll ? page : page.filter(({ partition, id }) => rangeOf(partition, id));
      }
    }
  }

  /** A kill between two steps of spooling may leave a range in two files. */
  private overlaps(needed: readonly SpoolRange[]): boolean {
    return needed.some(({ partition, first, last }) =>
      this.ranges.some(
        (range) => range.partition === partition && range.first <= last && range.last >= first,
      ),
    );
  }
}
