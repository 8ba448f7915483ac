// What both kinds of history have in common: statements go through @clickhouse/client, whatever it is
// connected to.

import type { ClickHouseClient } from '@clickhouse/client';
import type { HistorySink, InsertBlock, InsertOutcome } from './sink.ts';

export abstract class ClientSink implements HistorySink {
  abstract readonly kind: HistorySink['kind'];

  constructor(protected readonly client: ClickHouseClient) {}

  abstract insert(block: InsertBlock): Promise<InsertOutcome>;
  abstract ended(prefix: string): Promise<void>;

  async command(sql: string): Promise<void> {
    await this.client.command({ query: sql });
  }

  async query<Row>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
    const result = await this.client.query({
      query: sql,
      query_params: { ...params },
      format: 'JSONEachRow',
    });
    return result.json<Row>();
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
