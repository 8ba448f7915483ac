import { openChdbSink } from './chdb-sink.ts';
import { openClickHouseSink } from './clickhouse-sink.ts';
import { openClusterSink } from './cluster-sink.ts';
import type { HistorySink } from './sink.ts';

/** Where history lives. */
export interface SinkSettings {
  /** A ClickHouse server; null = embedded. */
  readonly clickhouseUrl: string | null;
  /** Name of the cluster that the server is one of; null or absent = it stands alone. */
  readonly cluster?: string | null;
  /** Directory of the embedded engine. */
  readonly directory: string;
  /** Longest time one statement may take on a server, ms. Default 30 s. */
  readonly deadlineMs?: number;
}

/** Opens history. @throws SetupFault when the embedded engine cannot be opened */
export async function openSink(settings: SinkSettings): Promise<HistorySink> {
  if (settings.clickhouseUrl === null) return openChdbSink(settings.directory);
  const server = { url: settings.clickhouseUrl, deadlineMs: settings.deadlineMs ?? 30_000 };
  const cluster = settings.cluster ?? null;
  return cluster === null ? openClickHouseSink(server) : openClusterSink({ ...server, cluster });
}
