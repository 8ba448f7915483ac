// Looks at catalogs in a thread of its own: a gateway serves while one of 8 MB is compiled.

import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import { Unavailable } from '../errors.ts';
import type { CheckAnswer, CheckJob } from './check-jobs.ts';
import type { CatalogChecker, CatalogFile, Checked, Remark } from './publishing.ts';
import type { JobEnd } from './thread-jobs.ts';

/** The thread: `ThreadJobs`. */
export interface CheckThread {
  run(job: CheckJob): Promise<JobEnd<CheckAnswer>>;
}

export class ThreadChecker implements CatalogChecker {
  constructor(private readonly thread: CheckThread) {}

  async check(files: readonly CatalogFile[]): Promise<Checked> {
    const end = await this.thread.run({ kind: 'check', files });
    if (end.kind === 'stopped') return { kind: 'invalid', faults: [TOO_MUCH[end.over]] };
    if (end.answer.kind !== 'checked') throw new Error('no answer to what was asked');
    return end.answer.checked;
  }

  async diff(
    from: readonly CatalogFile[],
    to: readonly CatalogFile[],
  ): Promise<readonly CatalogChange[]> {
    const end = await this.thread.run({ kind: 'diff', from, to });
    if (end.kind === 'stopped') throw new Unavailable('overloaded');
    if (end.answer.kind !== 'changes') throw new Error('no answer to what was asked');
    return end.answer.changes;
  }
}

const whole = (message: string): Remark => ({ file: '', line: 0, column: 0, path: '', message });

const TOO_MUCH = {
  time: whole('the catalog takes too long to check: make it, or its tests, smaller'),
  memory: whole('the catalog takes too much memory to check: make it smaller'),
} as const;
