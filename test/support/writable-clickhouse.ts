// ClickHouse over the network without a server: the SQL endpoint of the product with an executor
// that may write, on an embedded engine of its own. Tests of the server path use it as CLICKHOUSE_URL.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSqlEndpoint } from '../../src/history/analyst/sql-endpoint.ts';
import { SqlError } from '../../src/history/analyst/sql-error.ts';
import { WRITE_BYTES_MAX, WritingEngine } from '../../src/history/analyst/writing-endpoint.ts';
import { layMigratedHistory } from './migrated-history.ts';

export interface WritableClickHouse {
  /** With user and password. */
  readonly url: string;
  readonly directory: string;
  /** Statements served so far. */
  readonly served: () => number;
  /** From now on every statement is refused, as by a server that has no memory left. */
  refuse(): void;
  /**
   * From now on statements that match wait, and are run when `heal` is called, whether or not
   * anybody still listens: what a line or a proxy does that holds a request and lets it go late.
   */
  stall(matches?: (sql: string) => boolean): void;
  /** Statements that wait. */
  readonly stalled: () => number;
  /** Ends `refuse` and `stall`. */
  heal(): void;
  stop(): Promise<void>;
}

/**
 * @param directory of the engine; default: one that ends with it, and has history's tables already
 * @param port default: any free one; given to come back where it was
 */
export async function startWritableClickHouse(
  directory?: string,
  port = 0,
): Promise<WritableClickHouse> {
  const own = directory ?? (await mkdtemp(join(tmpdir(), 'proffer-clickhouse-')));
  if (directory === undefined) layMigratedHistory(own);
  const engine = await WritingEngine.open(own);
  let served = 0;
  let refuses = false;
  let stalls: ((sql: string) => boolean) | null = null;
  let waiting: (() => void)[] = [];
  const heal = () => {
    refuses = false;
    stalls = null;
    for (const go of waiting) go();
    waiting = [];
  };
  const endpoint = await startSqlEndpoint(
    {
      ...{ host: '127.0.0.1', port },
      authorize: (key) => Promise.resolve(key === 'secret'),
      async execute(request) {
        if (refuses) throw new SqlError(241, 'memory limit exceeded', 500);
        if (stalls?.(request.sql)) await new Promise<void>((go) => waiting.push(go));
        served++;
        return await engine.execute(request);
      },
    },
    WRITE_BYTES_MAX,
  );
  return {
    url: endpoint.url.replace('http://', 'http://default:secret@'),
    directory: own,
    served: () => served,
    refuse() {
      refuses = true;
    },
    stall(matches = () => true) {
      stalls = matches;
    },
    stalled: () => waiting.length,
    heal,
    async stop() {
      heal();
      await endpoint.close();
      // A statement may outlive its connection; the engine must not be closed under it.
      await engine.close();
      if (directory === undefined) await rm(own, { recursive: true, force: true });
    },
  };
}
