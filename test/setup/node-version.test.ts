import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('../../src/setup/node-version.mjs', import.meta.url));

/** What the check says to a version; '' = nothing. */
function check(version: string): string {
  const program = `const { checkNodeVersion } = await import('file://${MODULE}');
    try { checkNodeVersion('${version}'); } catch (e) { process.stdout.write(e.message); }`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
}

test('a Node that is too old is told which one is needed', () => {
  expect(check('18.20.0')).toBe('Node 18.20.0 is too old: install Node 20.11 or newer');
  expect(check('20.10.9')).toContain('too old');
  expect(check('20.11.0')).toBe('');
  expect(check('22.0.0')).toBe('');
});
