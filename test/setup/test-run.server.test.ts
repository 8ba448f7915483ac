// `npm test` itself: what it prints and returns, on a project with tests that fail in every way.

import { expect, test } from 'vitest';
import { freshProject } from './fresh-project.ts';

function projectWith(tests: Readonly<Record<string, string>>) {
  const project = freshProject();
  project.write('vitest.config.js', 'export default { test: { include: ["test/**/*.test.js"] } };');
  for (const [name, body] of Object.entries(tests)) {
    const imports = "import { beforeAll, describe, expect, test } from 'vitest';\n";
    project.write(`test/${name}.test.js`, imports + body);
  }
  return project;
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

test('a run in which all pass says so in its last line and exits 0', async () => {
  const project = projectWith({
    a: "test('one', () => {});\ntest('two', () => {});",
    b: "test('three', () => {});",
  });
  const { code, stdout } = await project.run('test.mjs');
  expect(lastLine(stdout)).toBe('3 passed, 0 failed');
  expect(stdout).toMatch(/^ok {5}test\/a\.test\.js {2}2 tests/m);
  expect(code).toBe(0);
});

test('failures are shown in full, counted, and make it exit 1', async () => {
  const project = projectWith({
    good: "test('passes', () => {});\ntest.skip('is skipped', () => {});",
    bad: "describe('sum', () => { test('adds', () => { expect(1 + 1).toBe(3); }); });",
    broken: "import './not-there.js';\ntest('never runs', () => {});",
    hook:
      "describe('h', () => { beforeAll(() => { throw new Error('no server'); });\n" +
      "test('never runs either', () => {}); });",
  });
  const { code, stdout } = await project.run('test.mjs');
  expect(stdout).toContain('FAILED test/bad.test.js > sum > adds');
  expect(stdout).toContain('AssertionError: expected 2 to be 3');
  expect(stdout).toMatch(/test\/bad\.test\.js:2:\d+/);
  expect(stdout).toContain('FAILED test/broken.test.js > the file itself');
  expect(stdout).toContain('no server');
  expect(lastLine(stdout)).toMatch(/^1 passed, 3 failed, \d skipped$/);
  expect(code).toBe(1);
});

test('errors outside of any test count', async () => {
  const project = projectWith({
    late:
      "test('passes', async () => {\n" +
      "  setTimeout(() => { throw new Error('too late'); }, 0);\n" +
      '  await new Promise((resolve) => setTimeout(resolve, 50));\n});',
  });
  const { code, stdout } = await project.run('test.mjs');
  expect(stdout).toContain('too late');
  expect(lastLine(stdout)).toBe('1 passed, 1 failed');
  expect(code).toBe(1);
});

test('arguments choose the tests; none found is a failure', async () => {
  const project = projectWith({ a: "test('one', () => {});", b: "test('two', () => {});" });
  expect(lastLine((await project.run('test.mjs', ['test/a'])).stdout)).toBe('1 passed, 0 failed');
  const none = await project.run('test.mjs', ['test/nothing']);
  expect(lastLine(none.stdout)).toBe('0 passed, 1 failed');
  expect(none.code).toBe(1);
});

test('a set-up that fails is a failed run with the same last line', async () => {
  const project = projectWith({ a: "test('one', () => {});" });
  const { code, stdout } = await project.run('test.mjs', [], { FAKE_NPM_FAILS: '1' });
  expect(lastLine(stdout)).toBe('0 passed, 1 failed');
  expect(code).toBe(1);
});
