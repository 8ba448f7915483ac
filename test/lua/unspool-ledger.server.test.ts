import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HistoryScripts, startHistoryScripts } from './history-scripts.ts';

let at: HistoryScripts;
const asked = { partition: 0, queryId: 'q1', owner: 'disk-1' };
beforeEach(async () => {
  at = await startHistoryScripts();
  await at.hold('mine');
  await at.append(20);
  await at.ledger.freeze({ partition: 0, fence: 'mine', queryId: 'q1', recordsMax: 15 });
  await at.spools.spool({ ...asked, fence: 'mine' });
});
afterEach(() => at.stop());

it('unspooled: its owner says that the range is in history, with or without the lease', async () => {
  await at.hold('other');
  expect(await at.spools.unspool(asked)).toEqual({ kind: 'unspooled' });
  expect(await at.redis.exists(at.names.spooled)).toBe(0);
  expect(await at.redis.get(at.names.marked)).toBe('15');
});

it('stale: nothing is spooled under this query id, or by another owner', async () => {
  expect(await at.spools.unspool({ ...asked, queryId: 'q2' })).toEqual({ kind: 'stale' });
  for (const owner of ['disk-2', 'disk', '']) {
    expect(await at.spools.unspool({ ...asked, owner })).toEqual({ kind: 'stale' });
  }
  expect(await at.redis.hgetall(at.names.spooled)).toEqual({ q1: '1 15 disk-1' });
  await at.spools.unspool(asked);
  expect(await at.spools.unspool(asked)).toEqual({ kind: 'stale' });
});
