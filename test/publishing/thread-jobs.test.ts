// Jobs in a thread: real threads, of a program as small as can be.

import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { ThreadJobs, type ThreadJobsParts } from '../../src/publishing/thread-jobs.ts';

const PROGRAM = `
const { parentPort, threadId } = require('node:worker_threads');
parentPort.on('message', (job) => {
  if (job === 'spin') for (;;);
  if (job === 'exit') process.exit(3);
  if (job === 'throw') throw new Error('a mistake');
  if (job === 'hoard') {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  }
  const kind = job === 'fault' ? 'fault' : 'answer';
  parentPort.postMessage({ kind, message: job, answer: [job, threadId] });
});
`;

type Jobs = ThreadJobs<string, readonly [string, number]>;

let jobs: Jobs | null = null;
afterEach(() => jobs?.close());

let threads = 0;
let shed = 0;
function open(parts: Partial<ThreadJobsParts> = {}): Jobs {
  [threads, shed] = [0, 0];
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
  jobs = new ThreadJobs({
    start: () => {
      threads++;
      return new Worker(PROGRAM, { eval: true, resourceLimits });
    },
    ...{ jobMsMax: 60_000, waitingMax: 4, waitMsMax: 60_000, idleMs: 60_000 },
    onShed: () => {
      shed++;
    },
    ...parts,
  });
  return jobs;
}

const answerOf = async (ending: ReturnType<Jobs['run']>) => {
  const end = await ending;
  return end.kind === 'answered' ? end.answer[0] : end;
};

it('are done one after the other, by one thread', async () => {
  const opened = open();
  const ends = await Promise.all(['a', 'b', 'c', 'd'].map((job) => answerOf(opened.run(job))));
  expect([ends, threads]).toEqual([['a', 'b', 'c', 'd'], 1]);
  await expect(opened.run('fault')).rejects.toThrow('fault');
  expect([await answerOf(opened.run('e')), threads]).toEqual(['e', 1]);
});

it('that take too much are stopped, and the next has another thread', async () => {
  const opened = open({ jobMsMax: 300 });
  const [spun, next] = [opened.run('spin'), opened.run('a')];
  expect(await spun).toEqual({ kind: 'stopped', over: 'time' });
  expect([await answerOf(next), threads]).toEqual(['a', 2]);
  // Another that has the time for it.
  await opened.close();
  const patient = open();
  expect(await patient.run('hoard')).toEqual({ kind: 'stopped', over: 'memory' });
  expect([await answerOf(patient.run('a')), threads]).toEqual(['a', 2]);
});

it('end with a crash of the thread, which the next does not notice', async () => {
  const opened = open();
  for (const [job, message] of [
    ['throw', 'a mistake'],
    ['exit', 'the thread ended'],
  ] as const) {
    await expect(opened.run(job)).rejects.toThrow(message);
    expect(await answerOf(opened.run('a'))).toBe('a');
  }
});

it('are sent away when too many wait, or too long', async () => {
  const opened = open({ waitingMax: 2, waitMsMax: 100 });
  const spun = opened.run('spin').catch((error) => error.code);
  const waiting = ['a', 'b'].map((job) => opened.run(job).catch((error) => error.code));
  await expect(opened.run('c')).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 5 });
  expect(await Promise.all(waiting)).toEqual(['overloaded', 'overloaded']);
  expect(shed).toBe(3);
  await opened.close();
  expect(await spun).toBe('not_ready');
  await expect(opened.run('d')).rejects.toMatchObject({ code: 'not_ready' });
});

it('leave no thread behind when there are none for a while', async () => {
  const opened = open({ idleMs: 0 });
  expect(await answerOf(opened.run('a'))).toBe('a');
  await expect
    .poll(async () => {
      await turn();
      return [await answerOf(opened.run('b')), threads > 1];
    })
    .toEqual(['b', true]);
});
