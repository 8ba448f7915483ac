// ClickHouse's engine inside this process (chDB). Queries run on libuv's threads; the writer,
// analysts and jobs each open a connection of their own.
//
// Rows go in by chDB's raw insert: as a statement they would be one more copy of the text. Measured:
// 100 k rows of 310 B in 0.6–0.9 s of one core.

import { EngineConnection } from './engine-connection.ts';
import { paramText } from './param-text.ts';
import { outcomeOf } from './refusals.ts';
import { type HistorySink, type InsertBlock, type InsertOutcome, insertSettings } from './sink.ts';

// Each statement here has literals of its own, so what the engine compiles for one is of no use to the
// next; measured: 19 instead of 40 ms of CPU for a question to all tables.
const SETTINGS = { compile_expressions: 0 };

/** Opens history in a directory. @throws SetupFault as `EngineConnection.open` */
export async function openChdbSink(directory: string): Promise<HistorySink> {
  return new ChdbSink(await EngineConnection.open(directory, { settings: SETTINGS }));
}

class ChdbSink implements HistorySink {
  readonly kind = 'embedded';

  constructor(private readonly engine: EngineConnection) {}

  async command(sql: string): Promise<void> {
    await this.engine.run({ sql });
  }

  async query<Row>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
    const texts = Object.entries(params).map(([name, value]) => [name, paramText(value)]);
    const own = { params: Object.fromEntries(texts) as Record<string, string> };
    const { body } = await this.engine.run({ sql, ...own, format: 'JSONEachRow' });
    const lines = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
  }

  async insert(block: InsertBlock): Promise<InsertOutcome> {
    try {
      await this.engine.insert({
        table: block.table,
        values: Buffer.from(block.rows.join('\n')),
        settings: insertSettings(block),
      });
      return { kind: 'inserted' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  /** An insert ends with its process, and the directory's lock says that process is gone. */
  async ended(): Promise<void> {
    await this.query('SELECT 1');
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
