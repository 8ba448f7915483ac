// How far an append-only file of Redis holds whole commands and transactions.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What is read from the file at once. */
const WINDOW_BYTES = 1024 * 1024;
const LINE_BYTES_MAX = 128;
const CR = 13;
/** A machine that fails leaves no more zeros than Redis had written since the last sync, 2 s ago. */
const ZEROS_BYTES_MAX = 256 * 1024 * 1024;

export interface WholePart {
  /** Of the file, bytes. */
  readonly size: number;
  /** Bytes that whole commands and transactions take; null = it is no append-only file. */
  readonly whole: number | null;
}

/** @param path of a file that nobody writes to; one that cannot be opened is none */
export function wholePart(path: string): WholePart {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return { size: 0, whole: null };
  }
  try {
    const { size } = fstatSync(file);
    return { size, whole: new AppendFile(file, writtenPart(file, size)).whole() };
  } finally {
    closeSync(file);
  }
}

/** Bytes before the zeros at its end, which no command ends with. */
function writtenPart(file: number, size: number): number {
  const window = Buffer.alloc(WINDOW_BYTES);
  for (let end = size; end > 0 && size - end <= ZEROS_BYTES_MAX; ) {
    const from = Math.max(0, end - WINDOW_BYTES);
    const read = readSync(file, window, 0, end - from, from);
    for (let i = read - 1; i >= 0; i--) if (window[i] !== 0) return from + i + 1;
    end = from;
  }
  return size > ZEROS_BYTES_MAX ? size : 0;
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

  /** @param end where it is taken to end */
  constructor(
    private readonly file: number,
    private readonly end: number,
  ) {}

  whole(): number | null {
    let whole = 0;
    let isOpen = false;
    for (;;) {
      const name = this.command();
      if (name === SHORT) return whole;
      if (name === STRANGE) return null;
      if (name === 'MULTI') isOpen = true;
      else if (name === 'EXEC') isOpen = false;
      if (!isOpen) whole = this.at;
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
      const room = Math.min(WINDOW_BYTES - this.filled, this.end - position);
      if (room <= 0) break;
      const read = readSync(this.file, this.window, this.filled, room, position);
      if (read === 0) break;
      this.filled += read;
    }
    return bytes <= this.filled;
  }
}
