// A slot on its way from A to B, as each node says it, and what a failover of A makes of that.

import { beforeEach, expect, it } from 'vitest';
import { readClusterNodes } from '../../src/redis/cluster-view.ts';
import { HalfMovedSlots } from '../../src/redis/half-moved-slots.ts';

const [A, B, R] = ['a', 'b', 'd'].map((c) => c.repeat(40)) as [string, string, string];
const SLOT = 93;

let nowMs = 0;
let owner: string | null = A;
let slots: HalfMovedSlots;
beforeEach(() => {
  nowMs = 0;
  owner = A;
  slots = new HalfMovedSlots(() => nowMs);
});

/** One node's answer, with what stands behind its own slots. */
function says(id: string, open = ''): void {
  const line = (node: string) =>
    `${node} 10.0.0.1:${node === B ? 7002 : 7001}@17001 ${node === id ? 'myself,' : ''}master - 0 0 1 ` +
    `connected 1-5${node === id ? open : ''}`;
  const views = readClusterNodes([A, B, R].map(line).join('\n'), '10.0.0.1', false);
  slots.learn(views, () => owner);
}

const coming = (from: string) => ` [${SLOT}-<-${from}]`;

it('a move is no fault: neither on its way, nor when it is done', () => {
  says(B, coming(A));
  says(A, ` [${SLOT}->-${B}]`);
  owner = B;
  slots.judge(() => owner);
  says(B);
  expect([slots.any, slots.news()]).toEqual([false, []]);
});

it('a slot whose source has a successor is served by nobody, and that is said once', () => {
  says(B, coming(A));
  owner = R;
  says(R);
  says(R);
  expect([slots.has(SLOT), slots.has(SLOT + 1)]).toEqual([true, false]);
  expect(() => slots.assertWhole(SLOT)).toThrow('state store');
  slots.assertWhole(SLOT + 1);
  expect(slots.news()).toEqual([
    expect.stringMatching(/^slot 93 was on its way to 10\.0\.0\.1:7002.*redis-cli --cluster fix/),
  ]);
});

it('is whole when nobody takes it in for a while: not between the steps of its repair', () => {
  says(B, coming(A));
  owner = R;
  says(R);
  // The tool makes B the owner, then R the one whose keys are moved.
  owner = B;
  says(B);
  nowMs = 4_000;
  says(R, coming(B));
  nowMs = 60_000;
  says(B);
  expect(slots.has(SLOT)).toBe(true);
  says(R);
  nowMs = 64_999;
  says(R);
  expect(slots.has(SLOT)).toBe(true);
  nowMs = 65_000;
  says(R);
  expect(slots.any).toBe(false);
  expect(slots.news().at(-1)).toBe('slot 93 is whole again');
});

it('forgets what a node said that was taken out of the cluster', () => {
  says(B, coming(A));
  slots.learn(
    readClusterNodes(`${A} h:1@2 myself,master - 0 0 1 connected 1-5`, 'h', false),
    () => R,
  );
  expect(slots.any).toBe(false);
});
