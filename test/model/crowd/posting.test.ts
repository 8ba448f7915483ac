// Random sessions come, grow and leave: those that are held are the newest 500, as somebody would find them
// who puts all in order.

import { expect, it } from 'vitest';
import { POSTINGS_MAX } from '../../../src/model/crowd/crowd.ts';
import { Posting } from '../../../src/model/crowd/posting.ts';
import { seeded, testSeed } from '../../support/seeded.ts';

it('is the newest sessions, whatever comes, grows and leaves', () => {
  const random = seeded(testSeed());
  const times = new Float64Array(4_000);
  const holding = new Set<number>();
  const posting = new Posting();
  let refills = 0;
  for (let step = 0; step < 12_000; step++) {
    const session = random.below(times.length);
    // Comes in crowds, and leaves in crowds.
    const leaves = random() < (step % 4_000 < 2_500 ? 0.2 : 0.9);
    if (!holding.has(session)) {
      if (leaves) continue;
      times[session] = random.below(2_000);
      holding.add(session);
      posting.add(session, times);
    } else if (leaves) {
      holding.delete(session);
      posting.remove(session, times);
    } else {
      times[session]! += random.below(300);
      posting.renew(session, times);
    }
    if (step % 40 !== 0) continue;
    if (posting.isShort) {
      refills++;
      posting.refill(holding, times);
    }
    const newest = [...holding].sort((a, b) => times[b]! - times[a]! || b - a);
    const held = posting.sessions.subarray(0, posting.length);
    expect(new Set(held)).toEqual(new Set(newest.slice(0, POSTINGS_MAX)));
    expect(posting.total).toBe(holding.size);
  }
  expect(refills).toBeGreaterThan(0);
  expect(refills).toBeLessThan(60);
});
