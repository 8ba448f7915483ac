import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withSections } from '../../src/docs/readme-sections.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('has the generated sections as the code has them (npm run docs makes them anew)', () => {
  expect(readme).toBe(withSections(readme));
});

it('has measured numbers (npm run bench -- --write)', () => {
  const numbers = readme.split('<!-- numbers -->')[1]?.split('<!-- /numbers -->')[0] ?? '';
  expect(numbers).toContain('| floor |');
  expect(numbers).toContain('| full path |');
});
