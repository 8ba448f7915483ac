// Who is let in when queries wait.

import { expect, it } from 'vitest';
import { FairSlots } from '../../src/history/fair-slots.ts';

const present = () => new AbortController().signal;

function started(slots: number, waitingOfOne = 10, waiting = 100) {
  const fair = new FairSlots({ slots, waiting, waitingOfOne });
  const order: string[] = [];
  const leaves: (() => void)[] = [];
  const ask = (who: string, name = who, signal = present()) =>
    fair.enter(who, signal).then((leave) => {
      order.push(leave === null ? `${name} sent away` : name);
      if (leave !== null) leaves.push(leave);
    });
  /** The one that has been inside longest leaves. */
  const next = async () => {
    leaves.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { order, ask, next };
}

it('is one of the other after each of one', async () => {
  const { order, ask, next } = started(1);
  await ask('a', 'a1');
  for (const name of ['a2', 'a3', 'a4']) void ask('a', name);
  for (const name of ['b1', 'b2']) void ask('b', name);
  void ask('c', 'c1');
  for (let i = 0; i < 7; i++) await next();
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

it('is never more than there are places', async () => {
  const { order, ask, next } = started(2);
  for (const who of ['a', 'b', 'c', 'd']) void ask(who);
  await next();
  expect(order).toEqual(['a', 'b']);
  await next();
  expect(order).toEqual(['a', 'b', 'c']);
});

it('is nobody who is gone', async () => {
  const { order, ask, next } = started(1, 1);
  await ask('a');
  const gone = new AbortController();
  const waiting = ask('b', 'b', gone.signal);
  gone.abort(new Error('hung up'));
  await expect(waiting).rejects.toThrow('hung up');
  await expect(ask('b', 'b', gone.signal)).rejects.toThrow('hung up');
  void ask('b', 'b again');
  await next();
  expect(order).toEqual(['a', 'b again']);
});

it('is not more of one, or of all, than may wait', async () => {
  const { order, ask } = started(1, 2, 3);
  await ask('a', 'a1');
  for (const name of ['a2', 'a3', 'a4']) void ask('a', name);
  void ask('b', 'b1');
  await ask('c', 'c1');
  expect(order).toEqual(['a1', 'a4 sent away', 'c1 sent away']);
});

it('frees a place once for each that leaves', async () => {
  const fair = new FairSlots({ slots: 1, waiting: 2, waitingOfOne: 2 });
  const leave = await fair.enter('a', present());
  const second = fair.enter('a', present());
  const third = fair.enter('a', present());
  leave!();
  leave!();
  expect(await second).not.toBeNull();
  let inside = false;
  void third.then(() => {
    inside = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(inside).toBe(false);
});
