// Jobs that would stop an event loop for seconds, done by a thread one after the other. The thread is
// started with the first job and ended when there was none for a while.
//
//   none ──job──► busy ──answer──► idle ──job──► busy        idle ──a while──► none
//                  │ out of time or memory, a crash ──► none; the next job starts another
//
// Bounded: how many wait, how long they wait, how long each takes; the thread's own memory is bounded
// by who starts it. Rejected: a thread for each job, since loading the program costs more than most
// jobs do; a thread that is always there, since most gateways are asked once a day.

import type { Worker } from 'node:worker_threads';
import { Unavailable } from '../errors.ts';

/** What became of a job that was begun. */
export type JobEnd<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** It takes more than it may: the same job would again. */
  | { readonly kind: 'stopped'; readonly over: 'time' | 'memory' };

export interface ThreadJobsParts {
  /** Starts a thread that answers each message (a job) with one message: `ThreadReply`. */
  readonly start: () => Worker;
  readonly jobMsMax: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
  /** A thread without jobs ends after so long. */
  readonly idleMs: number;
  /** A job that there was no room for. */
  readonly onShed: () => void;
}

/** What the thread says to a job. */
export type ThreadReply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** A mistake of ours; the thread lives. */
  | { readonly kind: 'fault'; readonly message: string };

interface Waiting<Job, Answer> {
  readonly job: Job;
  resolve(end: JobEnd<Answer>): void;
  reject(error: Error): void;
  /** Runs out while it waits, then while it is done. */
  timer: NodeJS.Timeout;
}

export class ThreadJobs<Job, Answer> {
  private readonly waiting: Waiting<Job, Answer>[] = [];
  private busy: Waiting<Job, Answer> | null = null;
  private thread: Worker | null = null;
  private idle: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(private readonly parts: ThreadJobsParts) {}

  /** @throws Unavailable when too many wait, or it waited too long; Error when the thread crashed */
  run(job: Job): Promise<JobEnd<Answer>> {
    if (this.closed) return Promise.reject(new Unavailable('not_ready'));
    if (this.waiting.length >= this.parts.waitingMax) return Promise.reject(this.shed());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(entry), this.parts.waitMsMax);
      const entry: Waiting<Job, Answer> = { job, resolve, reject, timer };
      this.waiting.push(entry);
      this.next();
    });
  }

  /** Ends the thread; what waits or is under way is told to come again. */
  async close(): Promise<void> {
    this.closed = true;
    const left = this.busy === null ? this.waiting : [this.busy, ...this.waiting];
    for (const { reject, timer } of left) {
      clearTimeout(timer);
      reject(new Unavailable('not_ready'));
    }
    this.waiting.length = 0;
    this.busy = null;
    await this.drop();
  }

  private next(): void {
    if (this.busy !== null) return;
    const entry = this.waiting.shift();
    if (entry === undefined) {
      this.rest();
      return;
    }
    clearTimeout(entry.timer);
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
    this.busy = entry;
    entry.timer = setTimeout(() => {
      void this.drop();
      this.end((job) => job.resolve({ kind: 'stopped', over: 'time' }));
    }, this.parts.jobMsMax);
    try {
      this.thread ??= this.started();
      this.thread.postMessage(entry.job);
    } catch (error) {
      this.end((job) => job.reject(asError(error)));
    }
  }

  private started(): Worker {
    const thread = this.parts.start();
    // What a thread says that is no longer ours (it ran out of time) is of no job any more.
    const isOurs = () => this.thread === thread;
    thread.on('message', (reply: ThreadReply<Answer>) => {
      if (isOurs()) this.end((job) => settle(job, reply));
    });
    thread.on('error', (error: NodeJS.ErrnoException) => {
      if (!isOurs()) return;
      this.thread = null;
      this.end((job) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
          job.resolve({ kind: 'stopped', over: 'memory' });
        } else job.reject(asError(error));
      });
    });
    thread.on('exit', () => {
      if (!isOurs()) return;
      this.thread = null;
      this.end((job) => job.reject(new Error('the thread ended')));
    });
    return thread;
  }

  /** Ends the job under way. */
  private end(tell: (job: Waiting<Job, Answer>) => void): void {
    const { busy } = this;
    if (busy === null) return;
    this.busy = null;
    clearTimeout(busy.timer);
    tell(busy);
    this.next();
  }

  private rest(): void {
    if (this.thread === null || this.idle !== null || this.closed) return;
    this.idle = setTimeout(() => {
      this.idle = null;
      void this.drop();
    }, this.parts.idleMs);
    this.idle.unref();
  }

  private async drop(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
    await thread?.terminate();
  }

  private giveUp(entry: Waiting<Job, Answer>): void {
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    entry.reject(this.shed());
  }

  private shed(): Unavailable {
    this.parts.onShed();
    return new Unavailable('overloaded', RETRY_AFTER_S);
  }
}

/** About what a large catalog takes. */
const RETRY_AFTER_S = 5;

function settle<Answer>(job: Waiting<unknown, Answer>, reply: ThreadReply<Answer>): void {
  if (reply.kind === 'answer') job.resolve({ kind: 'answered', answer: reply.answer });
  else job.reject(new Error(reply.message));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
