// A ClickHouse cluster: rows go into the local table of the server that is asked, as that is what a
// quorum, a deduplication token and an insert that ends can be said of (an insert through a
// distributed table is forwarded in its own time); everything is read through the distributed ones.
//
// An insert is acknowledged when a majority of the shard's replicas has it. A read may meet one of the
// others, so before positions are read back every replica is told to catch up.
// `select_sequential_consistency` would say the same without words, but works only with
// `insert_quorum_parallel = 0`, and that refuses every insert into a table while another is under way:
// groups of one worker, and workers of one shard, would fail each other's batches all the time.

import { TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import { openClickHouseSink, type ServerSettings } from './clickhouse-sink.ts';
import { clusterStatements, localTable } from './cluster-ddl.ts';
import type { HistorySink, InsertBlock, InsertOutcome } from './sink.ts';

export interface ClusterSettings extends ServerSettings {
  /** As `system.clusters` has it. */
  readonly cluster: string;
}

/** Part of a statement's deadline that is left to whoever waits for quorum or the other servers. */
const MARGIN_MS = 5_000;
const ENDED_TRIES = 50;
const ENDED_PAUSE_MS = 100;

/** Opens a cluster by one of its servers; nothing is sent yet. */
export function openClusterSink({ cluster, ...server }: ClusterSettings): HistorySink {
  const waitMs = Math.max(1_000, server.deadlineMs - MARGIN_MS);
  const inner = openClickHouseSink({
    ...server,
    tableOf: localTable,
    settings: {
      insert_quorum: 'auto',
      insert_quorum_parallel: 1,
      insert_quorum_timeout: String(waitMs),
      distributed_ddl_task_timeout: String(Math.floor(waitMs / 1_000)),
      distributed_ddl_output_mode: 'throw',
      // Half an answer would look like rows that are missing.
      skip_unavailable_shards: 0,
    },
  });
  return new ClusterSink(inner, cluster);
}

class ClusterSink implements HistorySink {
  readonly kind = 'server';

  constructor(
    private readonly inner: HistorySink,
    private readonly cluster: string,
  ) {}

  async command(sql: string): Promise<void> {
    for (const statement of clusterStatements(sql, this.cluster)) {
      await this.inner.command(statement);
    }
  }

  query<Row>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<Row[]> {
    return this.inner.query(sql, params);
  }

  insert(block: InsertBlock): Promise<InsertOutcome> {
    return this.inner.insert(block);
  }

  /** On all servers: the insert may have been another worker's, sent to another of them. */
  async ended(prefix: string): Promise<void> {
    const { cluster } = this;
    for (let attempt = 0; attempt < ENDED_TRIES; attempt++) {
      const rows = await this.query<{ query_id: string }>(
        `SELECT DISTINCT initial_query_id AS query_id
         FROM clusterAllReplicas('${cluster}', system.processes)
         WHERE startsWith(initial_query_id, {prefix:String})`,
        { prefix },
      );
      if (rows.length === 0) return this.caughtUp();
      for (const { query_id: id } of rows) {
        await this.inner.command(
          `KILL QUERY ON CLUSTER '${cluster}' WHERE initial_query_id = '${id.replace(/[^\w-]/g, '')}' ASYNC`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, ENDED_PAUSE_MS));
    }
    throw new Error(`an insert ${prefix}… does not end`);
  }

  async caughtUp(): Promise<void> {
    for (const table of TABLE_NAMES) {
      await this.inner.command(
        `SYSTEM SYNC REPLICA ON CLUSTER '${this.cluster}' ${localTable(table)} LIGHTWEIGHT`,
      );
    }
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
