// The spool: files of batches that wait for ClickHouse on this worker's disk.
//
//   <data directory>/spool/<owner>/<time>-<random>.spool
//
// An owner is a directory, named by a UUID that is recorded with every range it has: whoever has the
// directory brings its files home. A worker locks the directories that nobody has, so a restarted
// one finds its own, several on one machine keep apart, and those of the dead are adopted. What the
// ranges stand for is in Redis alone (spooled-ranges.ts); a file is only bytes.

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SetupFault } from '../../errors.ts';
import type { LedgerRecord } from '../../ledger/ledger-reader.ts';
import { type DirectoryLock, lockDirectory } from '../../ops/directory-lock.ts';
import {
  bytesSetAside,
  listSpoolFiles,
  openSpoolFile,
  type SpoolFile,
  setAside,
  Unreadable,
  writeSpoolFile,
} from './spool-file.ts';
import type { SpoolHeader } from './spool-format.ts';

export interface SpoolSettings {
  /** `spool` in the data directory; made when it is missing. */
  readonly directory: string;
  /** Most bytes that all files together may take, those set aside included. */
  readonly bytesMax: number;
}

/** A file and the directory it is in. */
export interface OwnedFile extends SpoolFile {
  readonly owner: string;
}

/** How long a spool that was full, or a disk that failed, is left alone; ms. */
const REST_MS = 5_000;
const OWNER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Spool {
  private readonly locks = new Map<string, DirectoryLock>();
  /** By owner: what files set aside take. */
  private readonly damagedBytes = new Map<string, number>();
  private files: OwnedFile[] = [];
  /** Looked at again whenever directories are. */
  private unreadable: OwnedPath[] = [];
  private writing = 0;
  private restsUntilMs = 0;
  private isBlocked = false;
  private own: string | null = null;
  private free: number | null = null;

  constructor(private readonly settings: SpoolSettings) {}

  /** Bytes of all files, those set aside and those being written included. */
  get bytes(): number {
    let bytes = this.writing;
    for (const file of this.files) bytes += file.bytes;
    for (const damaged of this.damagedBytes.values()) bytes += damaged;
    return bytes;
  }

  get status(): SpoolStatus {
    return { bytes: this.bytes, batches: this.files.length, freeBytes: this.free };
  }

  /** Whose files this worker has. */
  get owners(): readonly string[] {
    return [...this.locks.keys()];
  }

  /** Whether there is a point in trying to write a file now. */
  canWrite(nowMs: number): boolean {
    return this.own !== null && nowMs >= this.restsUntilMs;
  }

  /** All files, oldest first. */
  oldestFirst(): readonly OwnedFile[] {
    return this.files;
  }

  /**
   * Takes every directory that nobody has, and makes one where there is none.
   * @returns owners that are new, and of their files those that are damaged, or cannot be read yet
   * @throws SetupFault when no directory can be made
   */
  async adopt(): Promise<Adopted> {
    await mkdir(this.settings.directory, { recursive: true, mode: 0o700 });
    const found = (await readdir(this.settings.directory)).filter((name) => OWNER.test(name));
    const owners: string[] = [];
    const damaged = await this.lookAgain();
    const unreadable: Unread[] = [];
    for (const owner of found.filter((name) => !this.locks.has(name)).sort()) {
      const lock = await this.lock(owner);
      if (lock === null) continue;
      const taken = await this.take(owner, lock);
      owners.push(owner);
      damaged.push(...taken.damaged);
      unreadable.push(...taken.unreadable);
    }
    if (this.own === null && owners.length === 0) {
      const owner = randomUUID();
      await this.take(owner, await lockDirectory(join(this.settings.directory, owner)));
      owners.push(owner);
    }
    this.own ??= owners[0] ?? null;
    return { owners, damaged, unreadable };
  }

  /**
   * Writes a batch to disk.
   * @param owner whose directory; default: the one this worker writes to
   * @throws SpoolFull, or the disk's fault; the spool is then left alone for a while
   */
  async write(
    header: SpoolHeader,
    pages: AsyncIterable<readonly LedgerRecord[]>,
    owner = this.own,
  ): Promise<OwnedFile> {
    if (owner === null) throw new Error('the spool is not open');
    // Several groups write at once: what each has written so far counts.
    let reserved = 0;
    const reserve = (bytes: number) => {
      if (this.bytes + bytes > this.settings.bytesMax) return false;
      this.writing += bytes;
      reserved += bytes;
      return true;
    };
    try {
      const file = await writeSpoolFile(this.directory(owner), header, pages, reserve);
      const owned = { ...file, owner };
      this.add([owned]);
      return owned;
    } finally {
      this.writing -= reserved;
    }
  }

  /** Never fails: a disk that does not answer this is heard of when it is written to. */
  async lookAtDisk(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.settings.directory);
      this.free = bavail * bsize;
    } catch {
      this.free = null;
    }
  }

  /** Nothing is written for a while. */
  rest(): void {
    this.restsUntilMs = Date.now() + REST_MS;
  }

  /**
   * As `rest`, since the disk takes no more.
   * @returns whether that is news: where a smaller batch still fits now and then, it is told once
   *   until a file is gone
   */
  blocked(): boolean {
    const isNews = !this.isBlocked;
    this.isBlocked = true;
    this.rest();
    return isNews;
  }

  /** A file that is not needed any more. */
  async remove(file: OwnedFile): Promise<void> {
    await rm(file.path, { force: true });
    this.files = this.files.filter((other) => other !== file);
    this.restsUntilMs = 0;
    this.isBlocked = false;
  }

  /** A file that cannot be trusted: kept for people, and never read again. */
  async setAside(file: OwnedPath): Promise<void> {
    await setAside(file.path);
    this.files = this.files.filter((other) => other.path !== file.path);
    this.damagedBytes.set(file.owner, await bytesSetAside(this.directory(file.owner)));
  }

  /** Lets go of the directories; files stay. */
  async close(): Promise<void> {
    this.own = null;
    const locks = [...this.locks.values()];
    this.locks.clear();
    await Promise.all(locks.map((lock) => lock.release()));
  }

  private async take(owner: string, lock: DirectoryLock) {
    const directory = this.directory(owner);
    try {
      const { files, damaged, unreadable } = await listSpoolFiles(directory);
      this.damagedBytes.set(owner, await bytesSetAside(directory));
      this.locks.set(owner, lock);
      this.add(files.map((file) => ({ ...file, owner })));
      this.unreadable.push(...unreadable.map(({ path }) => ({ owner, path })));
      return {
        damaged: damaged.map((path) => ({ owner, path })),
        unreadable: unreadable.map((file) => ({ owner, ...file })),
      };
    } catch (error) {
      // Kept, it would look as if its files were known.
      await lock.release();
      throw error;
    }
  }

  /** Files that could not be read before. @returns those that turn out to be damaged */
  private async lookAgain(): Promise<OwnedPath[]> {
    const damaged: OwnedPath[] = [];
    for (const { owner, path } of this.unreadable.splice(0)) {
      try {
        const file = await openSpoolFile(path);
        if (file === null) damaged.push({ owner, path });
        else this.add([{ ...file, owner }]);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.unreadable.push({ owner, path });
      }
    }
    return damaged;
  }

  private add(files: readonly OwnedFile[]): void {
    const name = (file: OwnedFile) => basename(file.path);
    this.files = [...this.files, ...files].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  private directory(owner: string): string {
    return join(this.settings.directory, owner);
  }

  /** null = somebody has it. */
  private async lock(owner: string): Promise<DirectoryLock | null> {
    try {
      return await lockDirectory(this.directory(owner));
    } catch (error) {
      if (error instanceof SetupFault) return null;
      throw error;
    }
  }
}

export interface SpoolStatus {
  readonly bytes: number;
  readonly batches: number;
  /** What the file system has free for this process, as last looked at; null = not known. */
  readonly freeBytes: number | null;
}

/** What taking directories found. */
export interface Adopted {
  readonly owners: readonly string[];
  readonly damaged: readonly OwnedPath[];
  readonly unreadable: readonly Unread[];
}

export interface Unread extends OwnedPath {
  readonly why: string;
}

/** A file whose header is not known. */
export interface OwnedPath {
  readonly owner: string;
  readonly path: string;
}
