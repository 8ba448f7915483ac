import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withSections } from '../../src/docs/readme-sections.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('has the generated sections as the code has them (npm run docs makes them anew)', () => {
  expect(readme).toBe(withSections(readme));
});
