// How much of answers may wait in memory for those who asked. A query ends and gives up its slot while
// its answer is still on its way: to whoever does not read it is here until the connection closes.
// Measured without a bound: 20 callers who read nothing of 120 MB each took 2.4 GB. Rejected: to keep
// the slot until the answer is out, for two who read slowly would then keep out everybody.

import type { ServerResponse } from 'node:http';
import { SqlError } from './sql-error.ts';

export interface Bounds {
  /** Of one answer, bytes; a longer one is an error. */
  readonly ofAnswer: number;
  /** Of the answers of one caller together, bytes. */
  readonly ofCaller: number;
  /** Of all, bytes. */
  readonly ofAll: number;
  /** What an answer may take without being counted, bytes: connections are limited. */
  readonly free: number;
  /** How long a caller may take nothing of an answer, ms; then the connection is closed. */
  readonly stalledMs: number;
}

const MIB = 1024 * 1024;

export const ANSWER_BOUNDS: Bounds = {
  ofAnswer: 256 * MIB,
  ofCaller: 256 * MIB,
  ofAll: 512 * MIB,
  free: MIB / 4,
  stalledMs: 60_000,
};

export class HeldAnswers {
  /** Bytes by caller. */
  private readonly held = new Map<string, number>();
  private all = 0;

  constructor(private readonly bounds: Bounds = ANSWER_BOUNDS) {}

  /** Counts an answer until its connection is done with it. @throws SqlError when it is too much */
  hold(caller: string, bytes: number, response: ServerResponse): void {
    const { ofAnswer, ofCaller, ofAll, free, stalledMs } = this.bounds;
    if (bytes > ofAnswer) throw tooLong(bytes, ofAnswer);
    // Without a listener a socket that is idle for so long is closed.
    response.setTimeout(stalledMs);
    if (bytes <= free) return;
    const own = this.held.get(caller) ?? 0;
    if (own + bytes > ofCaller || this.all + bytes > ofAll) {
      throw new SqlError(202, 'Too many answers wait to be read', 503);
    }
    this.add(caller, bytes);
    response.once('close', () => this.add(caller, -bytes));
  }

  private add(caller: string, bytes: number): void {
    const own = (this.held.get(caller) ?? 0) + bytes;
    if (own > 0) this.held.set(caller, own);
    else this.held.delete(caller);
    this.all += bytes;
  }
}

function tooLong(bytes: number, limit: number): SqlError {
  const text = `Limit for result exceeded, max bytes: ${mib(limit)}, current bytes: ${mib(bytes)}`;
  return new SqlError(396, text, 500);
}

const mib = (bytes: number) => `${(bytes / MIB).toFixed(2)} MiB`;
