// How many ledger records a second does one worker drain into the embedded engine? The floor is the
// engine alone: the same rows, already spliced, inserted as blocks of the same size.
//
//   node --import tsx bench/history-drain.ts [records = 100000] [always|everysec]

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorker } from '../src/compose/run-worker.ts';
import { migrate } from '../src/history/sinks/migrations.ts';
import { openSink } from '../src/history/sinks/open-sink.ts';
import { insertBlocks } from '../src/history/writer/insert-blocks.ts';
import { Blocks } from '../src/ledger/ledger-rows.ts';
import { Keys } from '../src/redis/keys.ts';
import { append, recordText, until } from '../test/ledger/ledger-fixture.ts';
import { startPrivateRedis } from '../test/support/private-redis.ts';

const records = Number(process.argv[2] ?? 100_000);
const fsync = process.argv[3] ?? 'always';
const partitions = 64;
const directory = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
const redis = await startPrivateRedis();
try {
  const client = redis.connect();
  const keys = new Keys('bench:', partitions);
  const texts = Array.from({ length: records }, (_, i) =>
    recordText({
      messageId: `m-${i}`,
      customerId: `u-${i % 5000}`,
      decisions: i % 10 === 0 ? 1 : 0,
      receivedAtMs: 1_795_411_200_000 + i,
    }),
  );
  const bytes = texts.reduce((sum, text) => sum + text.length, 0);
  console.log(
    `history-drain: ${cpus()[0]?.model} × ${cpus().length}, node ${process.version}, ` +
      `${records} records, ${Math.round(bytes / records)} bytes each, fsync ${fsync}`,
  );

  const floor = await floorOf(texts);
  console.log(`floor (engine alone)  ${rate(floor.durationMs)}  cpu ${floor.cpuUs} us a record`);

  for (let i = 0; i < records; i += 500) {
    await append(client, keys, (i / 500) % partitions, texts.slice(i, i + 500));
  }
  const sink = await openSink({ clickhouseUrl: null, directory: join(directory, 'drain') });
  await migrate(sink);
  const worker = await runWorker({
    redisUrl: redis.socket,
    ...{ prefix: 'bench:', partitions, sink },
    settings: {
      durableAfterMs: fsync === 'always' ? 0 : 2_000,
      ...{ trimDelayMs: 60_000, intervalMs: 50, drainDeadlineMs: 10_000, ledgerMax: 100_000 },
    },
  });
  // From the moment it holds its partitions: before, it loads the thread that renews them.
  await until('it holds its partitions', () => worker.status().held > 0);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const marked = async () => {
    const values = await client.mget(
      Array.from({ length: partitions }, (_, p) => keys.partition(p).marked),
    );
    return values.reduce((sum, value) => sum + Number(value ?? 0), 0);
  };
  await until('all is marked', async () => (await marked()) === records, 120_000);
  const durationMs = performance.now() - started;
  const used = process.cpuUsage(cpu);
  console.log(
    `drain                 ${rate(durationMs)}  cpu ${cpuUs(used)} us a record  ` +
      `(${((floor.durationMs / durationMs) * 100).toFixed(0)} % of the floor)`,
  );
  const answer = await sink.query<object>(
    `SELECT count() AS events, uniqExact(partition, ledger_id) AS positions, groupBitXor(sipHash64(message_id)) AS hash FROM events`,
  );
  console.log(
    `result ${createHash('sha256').update(JSON.stringify(answer)).digest('hex').slice(0, 16)} ${JSON.stringify(answer)}`,
  );
  await worker.stop();
} finally {
  await redis.stop();
  await rm(directory, { recursive: true, force: true });
}

async function floorOf(texts: readonly string[]) {
  const sink = await openSink({ clickhouseUrl: null, directory: join(directory, 'drain') });
  await migrate(sink);
  const blocks = new Blocks();
  for (let i = 0; i < texts.length; i++) blocks.addRecord(i % partitions, i, texts[i]!, 0);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const outcome = await insertBlocks(sink, blocks, 'floor', () => true);
  if (outcome.kind !== 'written') throw outcome.cause;
  const durationMs = performance.now() - started;
  const used = process.cpuUsage(cpu);
  for (const table of ['events', 'decisions', 'firings'])
    await sink.command(`TRUNCATE TABLE ${table}`);
  await sink.close();
  return { durationMs, cpuUs: cpuUs(used) };
}

function rate(durationMs: number): string {
  return `${Math.round((records / durationMs) * 1000)} records/s in ${Math.round(durationMs)} ms`;
}

function cpuUs(used: NodeJS.CpuUsage): string {
  return ((used.user + used.system) / records).toFixed(1);
}
