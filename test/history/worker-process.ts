// A worker that a test can kill. Arguments: <redis socket> <directory>
//   [<ClickHouse URL> [<partitions> [<spool directory>]]]

import { catalogFiles } from '../../src/catalog/catalog-files.ts';
import { runWorker } from '../../src/compose/run-worker.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { RedisSnapshots } from '../../src/snapshots/redis-snapshots.ts';
import { PARTITIONS, PREFIX, QUICK } from './worker-settings.ts';

const [redisUrl = '', directory = '', clickhouseUrl = null, partitions = PARTITIONS, spool] =
  process.argv.slice(2);
const SPOOLING = {
  ...{ trimDelayMs: 0, suspectDelayMs: 500 },
  spool: { directory: spool ?? '', bytesMax: 2 ** 30, afterRecords: 100 },
};
const endWithParent = () => process.exit(1);
process.on('disconnect', endWithParent);
const sink = await openSink({ clickhouseUrl, directory, deadlineMs: spool ? 10_000 : 30_000 });
const connection = openConnection({ url: redisUrl, deadlineMs: 10_000 });
const keys = new Keys(PREFIX, Number(partitions)).snapshots('catalog');
const catalogs = new RedisSnapshots(connection, keys, catalogFiles, Date.now);
const worker = await runWorker({
  ...{ redisUrl, prefix: PREFIX, partitions: Number(partitions), sink, catalogs },
  settings: {
    ...{ ...QUICK, batchRecordsMax: 500 },
    ...(spool === undefined ? {} : SPOOLING),
  },
});
process.once('SIGTERM', async () => {
  await worker.stop();
  connection.close();
  process.off('disconnect', endWithParent);
  process.disconnect();
});
process.send?.('started');
