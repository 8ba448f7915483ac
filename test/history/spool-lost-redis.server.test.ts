// Spooled batches are all that is left of them when Redis loses its data.

import { expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { startSpoolDeployment } from './spool-fixture.ts';

it('keeps spooled batches that a Redis without its data knows nothing of', async () => {
  const on = await startSpoolDeployment();
  try {
    on.clickhouse.refuse();
    await on.worker();
    await on.fill(1_000);
    await waitFor('files', async () => (await on.files()).length > 0);
    const files = await on.files();
    await on.at.redis.flushall();
    on.clickhouse.heal();
    const noticed = () => on.at.logged.some((line) => line.includes('Redis has lost the data'));
    await waitFor('the worker to notice', noticed);
    expect(await on.files()).toEqual(expect.arrayContaining(files));
  } finally {
    await on.stop();
  }
});
