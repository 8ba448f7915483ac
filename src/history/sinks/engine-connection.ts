// Every use of the embedded engine: analysts, the writer, the repair's socket, verify.
//
// A connection of chDB keeps what a failed statement had already written of its answer, and gives it
// out before the next one's; and it keeps settings, parameters and `USE`. So a connection answers
// again only if all that it ever did went well and left nothing on it: after any error it is closed
// and a fresh one opened (0.3 ms), and a statement with settings, parameters or a database of its own
// has a connection to itself. Rejected: to read the old answer out by another query, which trusts the
// very buffer at fault; and chDB's own binding of parameters, which is one queue of the whole
// process, so that an analyst's slow query would hold up the writer's.

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from 'chdb';
import { Slots } from '../slots.ts';
import { closeSession, type EngineSettings, loadEngine, openSession } from './engine-session.ts';
import { nameOf, quoted } from './param-text.ts';

export interface EngineStatement {
  readonly sql: string;
  /** For statements without a FORMAT clause. Default TabSeparated. */
  readonly format?: string;
  /** Values of `{name:Type}`, as ClickHouse's interfaces carry them. */
  readonly params?: Readonly<Record<string, string>>;
  /** Where names without a database are. Default `default`. */
  readonly database?: string;
  /** Settings of this statement alone. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Instead of `settings`: sets what the statement is to have, or refuses. */
  readonly prepare?: ((ask: Ask) => Promise<void>) | undefined;
  /** Ends the statement in the engine. */
  readonly signal?: AbortSignal;
}

/** Runs a statement on the connection of the one that is prepared; its answer as TSV. */
export type Ask = (sql: string) => Promise<string>;

export interface EngineAnswer {
  readonly body: Uint8Array;
  readonly readRows: number;
  readonly elapsedS: number;
}

export interface EngineRows {
  readonly table: string;
  /** JSONEachRow. */
  readonly values: Buffer;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

export interface EngineOptions {
  /** Of every statement. */
  readonly settings?: EngineSettings;
  /** Settings that come after a statement's own, and keep it from changing any: `readonly`. */
  readonly last?: EngineSettings;
  /** Ends statements whose signal aborts. Without it they run to their end. */
  readonly stopper?: EngineConnection;
}

/** How often a statement that is to end is told so, ms: it is told too early, too. */
const STOP_EVERY_MS = 50;

/** A setting that does nothing here, by which a running statement is found. */
const MARK = 'send_logs_source_regexp';

type Loaded = Awaited<ReturnType<typeof loadEngine>>;

/** Statements of one connection run one after the other. */
export class EngineConnection {
  private readonly turn = new Slots(1);
  private readonly mark = randomBytes(9).toString('hex');
  private session: Session;
  private closed = false;

  private constructor(
    private readonly engine: Loaded,
    private readonly directory: string,
    private readonly options: EngineOptions,
  ) {
    this.session = this.fresh(options.last);
  }

  /** @throws SetupFault when the engine is not installed, or another process has the directory */
  static async open(directory: string, options: EngineOptions = {}): Promise<EngineConnection> {
    return new EngineConnection(await loadEngine(), directory, options);
  }

  /** @throws Error with ClickHouse's message; the signal's reason where it aborted before the start */
  async run(statement: EngineStatement): Promise<EngineAnswer> {
    const own = hasOwn(statement);
    return await this.alone(async () => {
      if (!own) return await this.answerOf(this.session, statement);
      const session = this.fresh();
      try {
        await this.prepare(session, statement);
        return await this.answerOf(session, statement);
      } finally {
        closeSession(this.engine, session);
      }
    });
  }

  /** @throws ChdbInsertError */
  async insert({ table, values, settings }: EngineRows): Promise<void> {
    await this.alone(() => this.session.insert({ table, values, format: 'JSONEachRow', settings }));
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    const leave = await this.turn.enter();
    if (!this.closed) closeSession(this.engine, this.session);
    this.closed = true;
    leave();
  }

  private async alone<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.turn.enter();
    try {
      if (this.closed) throw new Error('The connection to the embedded engine is closed');
      return await work();
    } catch (error) {
      this.renew();
      throw error;
    } finally {
      leave();
    }
  }

  /** The engine ends with its last connection, so the new one opens before the old one closes. */
  private renew(): void {
    if (this.closed) return;
    const old = this.session;
    this.session = this.fresh(this.options.last);
    closeSession(this.engine, old);
  }

  private fresh(last: EngineSettings = {}): Session {
    const settings = { ...this.options.settings, ...last, [MARK]: this.mark };
    return openSession(this.engine, this.directory, settings);
  }

  private async prepare(session: Session, statement: EngineStatement): Promise<void> {
    const ask: Ask = async (sql) =>
      (await session.queryAsync(sql, { format: 'TabSeparated' })).text();
    const { params = {}, settings = {}, database } = statement;
    if (database !== undefined) await ask(`USE ${nameOf(database)}`);
    const texts = Object.entries(params).map(
      ([name, value]) => `${nameOf(`param_${name}`)} = ${quoted(value)}`,
    );
    if (texts.length > 0) await ask(`SET ${texts.join(', ')}`);
    const own = Object.entries(settings).map(
      ([name, value]) => `${nameOf(name)} = ${quoted(value)}`,
    );
    if (own.length > 0) await ask(`SET ${own.join(', ')}`);
    await statement.prepare?.(ask);
    const last = Object.entries(this.options.last ?? {});
    if (last.length > 0) await ask(`SET ${last.map((pair) => pair.join(' = ')).join(', ')}`);
  }

  private async answerOf(session: Session, statement: EngineStatement): Promise<EngineAnswer> {
    const { sql, signal, format = 'TabSeparated' } = statement;
    signal?.throwIfAborted();
    const ended = new AbortController();
    const stop = () => void this.stop(ended.signal);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const result = await session.queryAsync(sql, { format });
      return { body: result.bytes(), readRows: result.rowsRead, elapsedS: result.elapsed };
    } finally {
      ended.abort();
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Tells the engine to end what runs here, until it has ended. */
  private async stop(ended: AbortSignal): Promise<void> {
    const { stopper } = this.options;
    const sql = `KILL QUERY WHERE Settings[${quoted(MARK)}] = ${quoted(this.mark)} ASYNC`;
    while (stopper !== undefined && !ended.aborted) {
      try {
        await stopper.run({ sql, format: 'Null' });
        await delay(STOP_EVERY_MS, undefined, { signal: ended });
      } catch {
        // It ended, or the next try has better luck.
        if (!ended.aborted) await delay(STOP_EVERY_MS).catch(() => {});
      }
    }
  }
}

function hasOwn({ params = {}, settings = {}, database, prepare }: EngineStatement): boolean {
  return (
    prepare !== undefined ||
    database !== undefined ||
    Object.keys(params).length + Object.keys(settings).length > 0
  );
}
