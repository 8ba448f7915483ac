// What waves say about lost and doubled messages must be able to say that there are some.

import { describe, expect, it } from 'vitest';
import { accountLine, accountOfEvents } from '../../bench/support/history-account.ts';
import { ACKNOWLEDGED, Outcomes, REFUSED, UNKNOWN } from '../../bench/support/outcomes.ts';

/** History with these serial numbers, each so many times. */
const historyOf = (rows: Record<number, number>) => async () =>
  Object.entries(rows)
    .map(([serial, times]) => `${serial}\t${times}\n`)
    .join('');

const NONE = { acknowledged: 0, lost: 0, doubled: 0, unacknowledged: 0, unknown: 0 };

describe('the account of messages', () => {
  it('agrees when every acknowledged message is in history once', async () => {
    const outcomes = new Outcomes();
    outcomes.set(0, 3, ACKNOWLEDGED);
    const account = await accountOfEvents(historyOf({ 0: 1, 1: 1, 2: 1 }), outcomes.all());
    expect(account).toEqual({ ...NONE, acknowledged: 3 });
  });

  it('counts what is lost, doubled, and came from nowhere', async () => {
    const outcomes = new Outcomes();
    outcomes.set(0, 4, ACKNOWLEDGED);
    const account = await accountOfEvents(historyOf({ 0: 1, 2: 2, 3: 1, 9: 1 }), outcomes.all());
    expect(account).toEqual({ ...NONE, acknowledged: 4, lost: 1, doubled: 1, unknown: 1 });
  });

  it('allows a message that nobody acknowledged to be there once, and not twice', async () => {
    const outcomes = new Outcomes();
    outcomes.set(0, 2, REFUSED);
    outcomes.set(2, 1, UNKNOWN);
    const account = await accountOfEvents(historyOf({ 0: 1, 2: 2 }), outcomes.all());
    expect(account).toEqual({ ...NONE, unacknowledged: 1, doubled: 1 });
    expect(accountLine(account, NONE)).toContain('lost 0, doubled 1');
  });

  it('holds a message for acknowledged that was refused when it came again', () => {
    const outcomes = new Outcomes();
    outcomes.set(70_000, 1, ACKNOWLEDGED);
    outcomes.set(70_000, 1, REFUSED);
    expect(outcomes.all()[70_000]).toBe(ACKNOWLEDGED);
  });
});
