// Mends the end of Redis' append-only file before Redis loads it. A machine that fails may leave the
// last transaction half written. Redis drops what is half a command, but leaves the half transaction
// before it in the file (7.0 to 8.x; the Valkey project mended it in its pull request 4342): with
// the next restart its commands run together with the first transaction written after it, and a
// ledger record of an event that no state counted comes back.
//
//   …EXEC MULTI INCRBY XADD SE      Redis keeps …EXEC MULTI INCRBY XADD; here …EXEC is kept

import { closeSync, fstatSync, openSync, readFileSync, readSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** What is read from the file at once. */
const WINDOW_BYTES = 1024 * 1024;
const LINE_BYTES_MAX = 128;
const CR = 13;

/**
 * Cuts the file that Redis appends to after its last whole transaction. Linear in its size: the
 * same file that Redis reads next, and it does more with it. Redis must not run.
 * @param home the directory that Redis runs in
 * @returns bytes that were cut; 0 = there was nothing to mend, or nothing that is ours to mend
 */
export function mendAppendFile(home: string): number {
  const directory = join(home, 'appendonlydir');
  const name = appendedFile(directory);
  if (name === null) return 0;
  const path = join(directory, name);
  const { size, sound } = measure(path);
  if (sound === null || sound === size) return 0;
  truncateSync(path, sound);
  return size - sound;
}

/** The last increment that the manifest names. */
function appendedFile(directory: string): string | null {
  let manifest: string;
  try {
    manifest = readFileSync(join(directory, 'appendonly.aof.manifest'), 'utf8');
  } catch {
    return null;
  }
  const increments = [...manifest.matchAll(/^file (\S+) seq (\d+) type i\s*$/gm)];
  increments.sort((a, b) => Number(a[2]) - Number(b[2]));
  return increments.at(-1)?.[1] ?? null;
}

/** `sound`: how far whole commands and transactions reach; null = it is no append-only file. */
function measure(path: string): { readonly size: number; readonly sound: number | null } {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return { size: 0, sound: null };
  }
  try {
    const { size } = fstatSync(file);
    return { size, sound: new AppendFile(file).sound() };
  } finally {
    closeSync(file);
  }
}

/** Not whole: the file ends here. */
const SHORT = -1;
/** Not of an append-only file. */
const STRANGE = -2;

class AppendFile {
  private readonly window = Buffer.alloc(WINDOW_BYTES);
  /** Where the window is in the file, and how much of it is filled. */
  private start = 0;
  private filled = 0;
  private at = 0;

  constructor(private readonly file: number) {}

  sound(): number | null {
    let sound = 0;
    let isOpen = false;
    for (;;) {
      const name = this.command();
      if (name === SHORT) return sound;
      if (name === STRANGE) return null;
      if (name === 'MULTI') isOpen = true;
      else if (name === 'EXEC') isOpen = false;
      if (!isOpen) sound = this.at;
    }
  }

  /** Passes one command: its name when it has no arguments, else ''. */
  private command(): string | number {
    if (!this.has(1)) return SHORT;
    // An annotation is a line.
    if (this.byte(0) === 0x23) {
      const line = this.line();
      return typeof line === 'number' ? line : '';
    }
    const count = this.count(0x2a);
    if (count < 0) return count;
    let name = '';
    for (let i = 0; i < count; i++) {
      const bytes = this.count(0x24);
      if (bytes < 0) return bytes;
      if (count === 1 && bytes <= 5) {
        if (!this.has(bytes)) return SHORT;
        const from = this.at - this.start;
        name = this.window.toString('latin1', from, from + bytes).toUpperCase();
      }
      this.at += bytes;
      if (!this.has(2)) return SHORT;
      if (this.byte(0) !== CR) return STRANGE;
      this.at += 2;
    }
    return name;
  }

  /** Passes a line like `*3` and returns its number. */
  private count(sign: number): number {
    if (!this.has(1)) return SHORT;
    if (this.byte(0) !== sign) return STRANGE;
    const line = this.line();
    if (typeof line === 'number') return line;
    const count = Number(line.slice(1));
    return Number.isInteger(count) && count >= 0 ? count : STRANGE;
  }

  /** Passes a line: a number or an annotation. */
  private line(): string | number {
    for (let length = 0; length < LINE_BYTES_MAX; length++) {
      if (!this.has(length + 2)) return SHORT;
      if (this.byte(length) !== CR) continue;
      const from = this.at - this.start;
      this.at += length + 2;
      return this.window.toString('latin1', from, from + length);
    }
    return STRANGE;
  }

  private byte(ahead: number): number {
    return this.window[this.at + ahead - this.start]!;
  }

  /** Whether so many bytes follow; they are in the window then. */
  private has(bytes: number): boolean {
    if (this.at + bytes <= this.start + this.filled && this.at >= this.start) return true;
    if (bytes > WINDOW_BYTES) return false;
    this.start = this.at;
    this.filled = 0;
    while (this.filled < WINDOW_BYTES) {
      const position = this.start + this.filled;
      const room = WINDOW_BYTES - this.filled;
      const read = readSync(this.file, this.window, this.filled, room, position);
      if (read === 0) break;
      this.filled += read;
    }
    return bytes <= this.filled;
  }
}
