// A worker that a test can kill: node --import tsx worker-process.ts <redis socket> <directory>

import { openSink } from '../../src/history/open-sink.ts';
import { runWorker } from '../../src/history/worker.ts';
import { PARTITIONS, PREFIX, QUICK } from './history-fixture.ts';

const [redisUrl = '', directory = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit(1));
const sink = await openSink({ clickhouseUrl: null, directory });
await runWorker({
  ...{ redisUrl, prefix: PREFIX, partitions: PARTITIONS, sink },
  settings: { ...QUICK, batchRecordsMax: 500 },
});
process.send?.('started');
