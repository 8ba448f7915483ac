// The thread that looks at catalogs (publishing/thread-checker.ts): compiles them, with their warnings,
// runs their tests, and compares two.

import { parentPort, workerData } from 'node:worker_threads';
import { compileCatalog } from '../catalog/compile-catalog.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import { diffCatalogs } from '../catalog-diff/diff-catalogs.ts';
import type { CheckAnswer, CheckJob, Surroundings } from '../publishing/check-jobs.ts';
import type { Checked } from '../publishing/publishing.ts';
import { cut, remarkOf } from '../publishing/remark-of.ts';
import type { ThreadReply } from '../publishing/thread-jobs.ts';
import { bindProgram } from './bind-program.ts';
import { runCompiledTests } from './run-catalog-tests.ts';

/** Characters of a failed test's message. */
const FAILURE_MAX = 4_000;

const { allowsPrivate } = workerData as Surroundings;

function check(files: readonly SourceFile[]): Checked {
  const nowMs = Date.now();
  const compiled = compileCatalog(files, { warnAtMs: nowMs, allowsPrivate });
  if (!compiled.ok) return { kind: 'invalid', faults: compiled.faults.map(remarkOf) };
  const { catalog, tests, warnings } = compiled;
  // What could not be bound would be published and run nowhere: throwing, it is refused here.
  bindProgram(catalog, 0);
  const { passed, failed, failures } = runCompiledTests(catalog, tests, nowMs);
  const told = failures.map((each) => ({ ...each, message: cut(each.message, FAILURE_MAX) }));
  return {
    kind: 'valid',
    hash: catalog.hash,
    name: catalog.name,
    warnings: warnings.map(remarkOf),
    tests: { passed, failed, failures: told },
  };
}

function answerOf(job: CheckJob): CheckAnswer {
  switch (job.kind) {
    case 'check':
      return { kind: 'checked', checked: check(job.files) };
    case 'diff':
      return { kind: 'changes', changes: diffCatalogs(job.from, job.to) };
  }
}

function replyTo(job: CheckJob): ThreadReply<CheckAnswer> {
  try {
    return { kind: 'answer', answer: answerOf(job) };
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (job: CheckJob) => parentPort?.postMessage(replyTo(job)));
