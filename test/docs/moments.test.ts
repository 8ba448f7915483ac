// What docs/moments.md shows: its blocks are one catalog, valid and without a warning, whose tests pass, and
// a test that fails says what it says there.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCatalogTests } from '../../src/compose/run-catalog-tests.ts';
import { warningsOf } from '../catalog/compile.ts';

const page = readFileSync(new URL('../../docs/moments.md', import.meta.url), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (found) => found[1]!,
  );
const files = blocksOf('yaml').map((text, i) => ({ path: `${i + 10}.yaml`, text }));

it('its catalog has no warnings, and its tests pass', () => {
  expect(files.length).toBeGreaterThan(7);
  expect(warningsOf(Object.fromEntries(files.map(({ path, text }) => [path, text])))).toEqual([]);
  expect(runCatalogTests(files)).toEqual({ passed: 3, failed: 0, failures: [] });
});

it('what a failing test says is what it says', () => {
  const wrong = files.map(({ path, text }) => ({
    path,
    text: text.replaceAll('app_push: none', 'app_push: cart_reminder').replace('29d', '1h'),
  }));
  const told = runCatalogTests(wrong).failures.map(({ message }) => message);
  const [shown] = blocksOf('text');
  for (const line of shown!.trim().split('\n')) {
    expect(told).toContainEqual(expect.stringContaining(line));
  }
});
