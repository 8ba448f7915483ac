// A spool file on disk: written under a name that nobody looks for, made durable, then shown.

import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerRecord } from '../../ledger/ledger-reader.ts';
import {
  Damaged,
  decodeHeader,
  decodeRecords,
  type ReadBytes,
  SpoolEncoder,
  type SpoolHeader,
} from './spool-format.ts';

/** A file of one batch. */
export interface SpoolFile {
  readonly path: string;
  readonly bytes: number;
  readonly header: SpoolHeader;
}

const ENDING = '.spool';
const UNFINISHED = '.unfinished';
/** Set aside: kept for people, counted, never read again. */
const DAMAGED = '.damaged';

/** The file would not fit into what is left of the bytes that a spool may take. */
export class SpoolFull extends Error {
  constructor() {
    super('the spool is full');
  }
}

/** The file may be sound, but cannot be read as things are. */
export class Unreadable extends Error {}

/**
 * Writes a file; once it returns, the file is there whole whatever happens to process or machine.
 * @param reserve asked for room before anything is written; false = there is none
 * @throws SpoolFull, or the fault of the disk; nothing is left then
 */
export async function writeSpoolFile(
  directory: string,
  header: SpoolHeader,
  pages: AsyncIterable<readonly LedgerRecord[]>,
  reserve: (bytes: number) => boolean,
): Promise<SpoolFile> {
  // Names sort by age.
  const name = `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
  const unfinished = join(directory, name + UNFINISHED);
  const path = join(directory, name + ENDING);
  let bytes = 0;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      const write = async (part: Buffer) => {
        if (!reserve(part.length)) throw new SpoolFull();
        bytes += part.length;
        await writeAll(file, part);
      };
      const encoder = new SpoolEncoder(header);
      await write(encoder.head());
      let records = 0;
      for await (const page of pages) {
        records += page.length;
        if (page.length > 0) await write(await encoder.block(page));
      }
      if (records !== header.records) throw new Error('the ledger lacks records it has counted');
      await write(encoder.end());
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncDirectory(directory);
    return { path, bytes, header };
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

/** Reads a file from its start, block by block. @throws Damaged */
export async function* readSpoolFile(path: string): AsyncGenerator<LedgerRecord[]> {
  const file = await open(path, 'r');
  try {
    yield* decodeRecords(await reading(file));
  } finally {
    await file.close();
  }
}

/**
 * Reads a file through for its checksum.
 * @returns why it is damaged; null = it is sound
 * @throws Unreadable
 */
export async function damageOf(path: string): Promise<string | null> {
  try {
    for await (const _ of readSpoolFile(path));
    return null;
  } catch (error) {
    if (error instanceof Damaged || isDiskFault(error)) return (error as Error).message;
    throw unreadable(error);
  }
}

/** What a directory holds, oldest first; the unfinished of earlier processes are removed. */
export async function listSpoolFiles(directory: string): Promise<{
  readonly files: readonly SpoolFile[];
  /** Paths whose header is none. */
  readonly damaged: readonly string[];
  /** Paths that cannot be read as things are. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}> {
  const files: SpoolFile[] = [];
  const damaged: string[] = [];
  const unreadable: { path: string; why: string }[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    if (name.endsWith(UNFINISHED)) await rm(path, { force: true });
    if (!name.endsWith(ENDING)) continue;
    try {
      const file = await openSpoolFile(path);
      if (file === null) damaged.push(path);
      else files.push(file);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unreadable.push({ path, why: error.message });
    }
  }
  return { files, damaged, unreadable };
}

/** Keeps a damaged file out of the way. */
export async function setAside(path: string): Promise<void> {
  try {
    await rename(path, path + DAMAGED);
  } catch (error) {
    if (!isDiskFault(error)) throw error;
  }
}

/** Bytes that files set aside take. */
export async function bytesSetAside(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory)) {
    if (name.endsWith(DAMAGED)) bytes += (await stat(join(directory, name))).size;
  }
  return bytes;
}

/** A file by its header; null = it is damaged. @throws Unreadable */
export async function openSpoolFile(path: string): Promise<SpoolFile | null> {
  try {
    const file = await open(path, 'r');
    try {
      const header = await decodeHeader(await reading(file));
      return { path, bytes: (await file.stat()).size, header };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Damaged || isDiskFault(error)) return null;
    throw unreadable(error);
  }
}

/** Never makes room for more than the file has: a damaged length may be anything. */
async function reading(file: FileHandle): Promise<ReadBytes> {
  let left = (await file.stat()).size;
  return async (count) => {
    const bytes = Buffer.allocUnsafe(Math.min(count, left));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    left -= filled;
    return bytes.subarray(0, filled);
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The disk cannot read what it once wrote, or somebody removed it. */
function isDiskFault(error: unknown): boolean {
  return ['EIO', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Anything else that the system says of one file (rights, too many open) may be mended. */
function unreadable(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? new Unreadable((error as Error).message) : error;
}
