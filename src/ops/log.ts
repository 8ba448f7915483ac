// One log for all roles. Logs go to stderr, so that stdout stays for answers (`proffer sql`, the
// addresses `up` prints). A terminal gets one readable line a record; anything else gets pino's
// JSON lines, which log collectors take as they are; times are ISO 8601, for people who read these.

import { destination, type Level, type Logger, pino, stdTimeFunctions } from 'pino';

/** A log; children made with `.child({…})` add fields to every record. */
export type Log = Logger;

export interface LogOptions {
  /** Who writes: `supervisor`, `gateway`, `worker`. */
  readonly name: string;
  /** Least severe level that is written; `silent` = none. */
  readonly level: Level | 'silent';
  /** `lines` for people, `json` for collectors. Default: lines on a terminal, else json. */
  readonly format?: 'lines' | 'json';
  /** Takes whole lines, each with its newline. Default: stderr. */
  readonly sink?: { write(line: string): void };
}

/** Creates a log. Writes are synchronous: the last words of a dying process are the ones needed. */
export function createLog(options: LogOptions): Log {
  const sink = options.sink ?? standardError();
  const format = options.format ?? (process.stderr.isTTY ? 'lines' : 'json');
  const write = format === 'json' ? sink : { write: (line: string) => sink.write(readable(line)) };
  const { name, level } = options;
  const timestamp = stdTimeFunctions.isoTime;
  return pino({ name, level, timestamp, base: { pid: process.pid } }, write);
}

/**
 * stderr. A terminal that was closed, or a full disk, must not end who only wanted to tell something:
 * what cannot be written waits for the next record, and so much of it at most.
 */
function standardError(): { write(line: string): void } {
  const sink = destination({ fd: 2, sync: true, maxLength: UNWRITTEN_CHARS_MAX });
  sink.on('error', () => {});
  return sink;
}

const UNWRITTEN_CHARS_MAX = 1024 * 1024;

/** A log that writes nothing. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};

/** Turns one of pino's JSON lines into `12:34:56.789 info  gateway  message  key=value`. */
function readable(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, name, pid: _pid, msg, err, ...rest } = record;
  const at = String(time).slice(11, 23);
  let text = `${at} ${LEVEL_NAMES[Number(level)] ?? level}  ${name ?? '-'}  ${msg ?? ''}`;
  for (const [key, value] of Object.entries(rest)) {
    text += `  ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  }
  if (typeof err === 'object' && err !== null) text += errorText(err as Record<string, unknown>);
  return `${text}\n`;
}

function errorText(error: Record<string, unknown>): string {
  return `\n  ${String(error.stack ?? error.message ?? JSON.stringify(error)).replaceAll('\n', '\n  ')}`;
}
