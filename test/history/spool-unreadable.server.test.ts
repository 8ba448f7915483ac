// A spool file that cannot be read as things are (rights, a disk that is full of open files) holds
// nobody else up, and comes home once it can be.

import { mkdir, rename, rmdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { startSpoolDeployment } from './spool-fixture.ts';

it('goes on without a file that cannot be read, until it can', async () => {
  const on = await startSpoolDeployment();
  try {
    on.clickhouse.refuse();
    const first = await on.worker({ batchRecordsMax: 400 });
    await on.fill(3_000);
    await waitFor('some files', async () => (await on.files()).length >= 3);
    await first.stop();
    const files = await on.files();
    const [taken = ''] = files;
    // Opens, and cannot be read: what root meets in place of missing rights.
    await rename(taken, `${taken}.kept`);
    await mkdir(taken);
    on.clickhouse.heal();
    const worker = await on.worker();
    await waitFor('all others to be home', async () => {
      const left = new Set(await on.files());
      return files.every((path) => path === taken || !left.has(path));
    });
    const told = on.at.logged.filter((line) => line.startsWith('a spool file cannot be read'));
    expect(told).toHaveLength(1);
    // It is behind, and says for how long.
    await waitFor('the lag', () => worker.status().lag > 0 && worker.status().lagMs > 0);
    await rmdir(taken);
    await rename(`${taken}.kept`, taken);
    expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  } finally {
    await on.stop();
  }
});
