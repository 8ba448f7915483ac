// What a start that fails half-way must not leave open.

import { expect, test } from 'vitest';
import { Opened, opening } from '../../src/ops/opened.ts';

test('what was opened is closed in reverse, once', async () => {
  const closed: string[] = [];
  const opened = new Opened();
  opened.add(async () => closed.push('connection'));
  opened.add(() => closed.push('timer'));
  await opened.close();
  await opened.close();
  expect(closed).toEqual(['timer', 'connection']);
});

test('one that cannot be closed keeps no other open', async () => {
  const closed: string[] = [];
  const opened = new Opened();
  opened.add(() => closed.push('connection'));
  opened.add(() => Promise.reject(new Error('stuck')));
  opened.add(() => closed.push('timer'));
  await expect(opened.close()).rejects.toThrow('stuck');
  expect(closed).toEqual(['timer', 'connection']);
});

test('a start that fails closes what it opened, and says why it failed', async () => {
  const closed: string[] = [];
  const start = opening(async (opened) => {
    opened.add(() => closed.push('connection'));
    opened.add(() => Promise.reject(new Error('stuck')));
    throw new Error('no catalog');
  });
  await expect(start).rejects.toThrow('no catalog');
  expect(closed).toEqual(['connection']);
});
