import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'));

/** Without blocks of code, in which a bracket is no link. */
const textOf = (url: URL) => readFileSync(url, 'utf8').replace(/^```.*?^```/gms, '');

/** What `#…` may name in a page: its headings as GitHub writes them, and ids. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/id="([^"]+)"/g)].map(([, id]) => id!)]);
}

it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pages.map((name) => `docs/${name}`)])(
  'every link of %s leads somewhere',
  (page) => {
    const url = new URL(page, root);
    const astray = [...textOf(url).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => {
        const target = new URL(link, url);
        const anchor = target.hash.slice(1);
        target.hash = '';
        if (!existsSync(target)) return true;
        return anchor !== '' && !anchorsOf(textOf(target)).has(anchor);
      });
    expect(astray).toEqual([]);
  },
);
