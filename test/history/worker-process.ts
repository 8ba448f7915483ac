// A worker that a test can kill. Arguments: <redis socket> <directory>
//   [<ClickHouse URL> [<partitions> [<spool directory>]]]

import { runWorker } from '../../src/compose/run-worker.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
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
const worker = await runWorker({
  ...{ redisUrl, prefix: PREFIX, partitions: Number(partitions), sink },
  settings: {
    ...{ ...QUICK, batchRecordsMax: 500 },
    ...(spool === undefined ? {} : SPOOLING),
  },
});
process.once('SIGTERM', async () => {
  await worker.stop();
  process.off('disconnect', endWithParent);
  process.disconnect();
});
process.send?.('started');
