// ClickHouse over HTTP as a process of its own, to be killed and held up:
// node --import tsx clickhouse-process.ts <directory> <port>

import { startWritableClickHouse } from '../../support/writable-clickhouse.ts';

const [directory = '', port = '0'] = process.argv.slice(2);
const server = await startWritableClickHouse(directory, Number(port));
process.once('SIGTERM', async () => {
  await server.stop();
  process.exit(0);
});
