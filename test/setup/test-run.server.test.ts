// `npm test` itself: what it prints and returns, on a project with tests that fail in every way.

import { expect, test } from 'vitest';
import { freshProject } from './fresh-project.ts';

const ALL = 'include: ["test/**/*.test.js"]';
/** As the real one: all of every day, and two projects that `npm test` does not run. */
const PARTS = `const part = (name) => ({ test: { name, include: ['test/' + name + '.test.js'] } });
const all = ['everyday', 'cluster', 'long'].map(part);
const projects = process.env.PROFFER_TEST_EVERYDAY === undefined ? all : [all[0]];
export default { test: { projects } };`;

function projectWith(
  tests: Readonly<Record<string, string>>,
  config = `export default { test: { ${ALL} } };`,
) {
  const project = freshProject();
  project.write('vitest.config.js', config);
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

test('all parts one after the other end with their sum', async () => {
  const good = "test('one', () => {});\ntest('two', () => {});\ntest.skip('three', () => {});";
  const bad = "test('fails', () => { expect(1).toBe(2); });";
  const project = projectWith({ everyday: good, cluster: bad, long: good }, PARTS);
  const { code, stdout } = await project.run('all-tests.mjs');
  expect(stdout.match(/^(ok|FAILED|\d+ passed).*/gm)).toMatchObject([
    expect.stringMatching(/^ok .*everyday/),
    '2 passed, 0 failed, 1 skipped',
    expect.stringMatching(/^FAILED .*cluster.test.js > fails/),
    expect.stringMatching(/^FAILED .*cluster.test.js {2}1 tests/),
    '0 passed, 1 failed',
    expect.stringMatching(/^ok .*long/),
    '2 passed, 0 failed, 1 skipped',
    '4 passed, 1 failed, 2 skipped',
  ]);
  expect(lastLine(stdout)).toBe('4 passed, 1 failed, 2 skipped');
  expect(code).toBe(1);
});
