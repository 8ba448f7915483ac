// ClickHouse over HTTP in a process of its own, with an embedded engine behind it: as the product
// meets a server, without one installed.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startWritableClickHouse } from '../../test/support/writable-clickhouse.ts';

export interface ClickHouseProcess {
  readonly pid: number;
  /** With user and password. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startClickHouseProcess(): Promise<ClickHouseProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['clickhouse'], {
    execArgv: ['--import', 'tsx'],
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const [url] = (await once(child, 'message')) as [string];
  return {
    pid: child.pid ?? -1,
    url,
    async stop() {
      process.removeListener('exit', killWithParent);
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

if (process.argv[2] === 'clickhouse' && process.send !== undefined) {
  const clickhouse = await startWritableClickHouse();
  process.send(clickhouse.url);
  process.once('disconnect', async () => {
    await clickhouse.stop();
    process.exit(0);
  });
}
