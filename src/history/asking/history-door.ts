// How a gateway asks history: a ClickHouse server directly, embedded history through the socket that its
// worker keeps in the data directory. Never on the path of an event, in a short time or not at all, and
// what it takes is loaded with the first question.

import { Unavailable } from '../../errors.ts';
import { writingSocket } from '../analyst/writing-socket.ts';
import type { HistorySink } from '../sinks/sink.ts';

export interface HistoryDoorSettings {
  /** A ClickHouse server; null = embedded. */
  readonly clickhouseUrl: string | null;
  /** Name of the cluster that the server is one of; null = it stands alone. */
  readonly cluster: string | null;
  /** Of the worker with the embedded engine. */
  readonly dataDirectory: string;
}

/** Longest time for an answer, ms. */
const DEADLINE_MS = 2_000;
/** Questions at once, of one process; further ones are not asked. */
const ASKED_MAX = 8;

export class HistoryDoor {
  private opening: Promise<HistorySink> | null = null;
  private asked = 0;
  private closed = false;

  constructor(private readonly settings: HistoryDoorSettings) {}

  /**
   * Rows of a query. Identifiers and numbers in `sql` are ours, texts go into `params`.
   * @throws Unavailable where history does not answer
   */
  async ask<Row>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
    if (this.closed || this.asked >= ASKED_MAX) throw new Unavailable('history_unavailable');
    this.asked++;
    try {
      this.opening ??= this.open();
      const sink = await this.opening;
      return await sink.query<Row>(sql, params);
    } catch (error) {
      // No worker has been here yet: the next question looks again.
      if (error instanceof Unavailable) this.opening = null;
      throw new Unavailable('history_unavailable', 1, { cause: error });
    } finally {
      this.asked--;
    }
  }

  /** Breaks off what is asked. */
  async close(): Promise<void> {
    this.closed = true;
    const sink = await this.opening?.catch(() => null);
    await sink?.close();
  }

  private async open(): Promise<HistorySink> {
    const { clickhouseUrl, cluster, dataDirectory } = this.settings;
    if (clickhouseUrl !== null) {
      const { openSink } = await import('../sinks/open-sink.ts');
      return openSink({ clickhouseUrl, cluster, directory: '', deadlineMs: DEADLINE_MS });
    }
    const socket = socketOf(dataDirectory);
    const { openClickHouseSink } = await import('../sinks/clickhouse-sink.ts');
    return openClickHouseSink({
      url: 'http://worker',
      socketPath: socket,
      deadlineMs: DEADLINE_MS,
    });
  }
}

/** @throws Unavailable where there is no such directory */
function socketOf(dataDirectory: string): string {
  try {
    return writingSocket(dataDirectory);
  } catch (cause) {
    throw new Unavailable('history_unavailable', 1, { cause });
  }
}
