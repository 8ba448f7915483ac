// What `npm test` shows: one line a file as it ends, every failure in full as it comes, and the
// totals in a file for test.mjs, which prints them last.

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Frames of a stack that are worth showing; those of the test runner are not. */
const FRAMES_MAX = 8;

export default class TestReporter {
  totals = { passed: 0, failed: 0, skipped: 0 };
  /** Of all files and of what they started. */
  cpuS = 0;

  onInit(vitest) {
    this.root = vitest.config.root;
  }

  onTestCaseResult(test) {
    const { state, errors } = test.result();
    if (state === 'passed') this.totals.passed++;
    else if (state === 'skipped') this.totals.skipped++;
    else if (state === 'failed') {
      this.totals.failed++;
      this.showFailure(this.where(test.module), test.fullName, errors);
    }
  }

  /** A hook that failed, or a suite that could not be collected: its tests never ran. */
  onTestSuiteResult(suite) {
    const errors = suite.errors();
    if (errors.length === 0) return;
    this.totals.failed++;
    this.showFailure(this.where(suite.module), suite.fullName, errors);
  }

  onTestModuleEnd(module) {
    const errors = module.errors();
    if (errors.length > 0) {
      this.totals.failed++;
      this.showFailure(this.where(module), 'the file itself', errors);
    }
    const tests = [...module.children.allTests()];
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    const ok = failed === 0 && errors.length === 0 && module.ok();
    const seconds = (module.diagnostic().duration / 1000).toFixed(1);
    const { cpuS = 0 } = module.meta();
    this.cpuS += cpuS;
    const cost = `${tests.length} tests, ${seconds} s, CPU ${cpuS.toFixed(1)} s`;
    print(`${ok ? 'ok    ' : 'FAILED'} ${this.where(module)}  ${cost}`);
  }

  onTestRunEnd(_modules, unhandledErrors) {
    if (unhandledErrors.length > 0) {
      this.totals.failed++;
      this.showFailure('outside of any test', 'unhandled errors', unhandledErrors);
    }
    print(`CPU of all test files: ${(this.cpuS / 60).toFixed(1)} min`);
    const path = process.env.PROFFER_TEST_TOTALS;
    if (path !== undefined) writeFileSync(path, JSON.stringify(this.totals));
  }

  where(module) {
    return relative(this.root, module.moduleId);
  }

  showFailure(where, name, errors) {
    print(`\nFAILED ${where} > ${name}`);
    for (const error of errors) {
      const kind = error.name && error.name !== 'Error' ? `${error.name}: ` : '';
      print(indent(`${kind}${error.message}`));
      if (error.diff) print(indent(error.diff));
      const frames = (error.stacks ?? []).slice(0, FRAMES_MAX);
      for (const { method, file, line, column } of frames) {
        print(`    at ${method || '-'} ${relative(this.root, file)}:${line}:${column}`);
      }
      if (frames.length === 0 && error.stack) print(indent(error.stack));
    }
    print('');
  }
}

function indent(text) {
  const plain = process.stdout.isTTY ? text : stripVTControlCharacters(text);
  return `  ${plain.replaceAll('\n', '\n  ')}`;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
