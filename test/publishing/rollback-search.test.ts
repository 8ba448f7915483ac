// Where a rollback goes to, against a second telling of the rule that looks at the whole list.

import { describe, expect, it } from 'vitest';
import { RollbackSearch } from '../../src/publishing/rollback-search.ts';
import type { VersionEntry } from '../../src/snapshots/snapshot.ts';
import { seeded, testSeed } from '../support/seeded.ts';

/** Oldest first: what was published, and what that left where it was a rollback. */
type History = { readonly hash: string; readonly left: string | null }[];

const entryOf = ({ hash, left }: History[number], i: number): VersionEntry => ({
  ...{ publication: i + 1, hash, name: '', publishedAtMs: 0, author: '', note: '' },
  source: left === null ? 'http' : 'rollback',
  rolledBackFrom: left === null ? null : { publication: i, hash: left },
});

function found(history: History): string | null {
  const search = new RollbackSearch();
  const newestFirst = history.map(entryOf).reverse();
  return newestFirst.find((entry) => search.isTarget(entry))?.hash ?? null;
}

/** Newest of the contents that differ from the current one and were published after they were left. */
function expected(history: History): string | null {
  const lastPublished = (hash: string) => history.findLastIndex((entry) => entry.hash === hash);
  const lastLeft = (hash: string) => history.findLastIndex((entry) => entry.left === hash);
  const current = history.at(-1)?.hash;
  const good = [...new Set(history.map(({ hash }) => hash))].filter(
    (hash) => hash !== current && lastPublished(hash) > lastLeft(hash),
  );
  return good.sort((a, b) => lastPublished(b) - lastPublished(a))[0] ?? null;
}

/** A history of publications by letter, `<` for a rollback. */
function historyOf(steps: string): History {
  const history: History = [];
  for (const step of steps) {
    const current = history.at(-1)?.hash ?? null;
    const hash = step === '<' ? found(history) : step;
    if (hash !== null && hash !== current) {
      history.push({ hash, left: step === '<' ? current : null });
    }
  }
  return history;
}

const contents = (steps: string) =>
  historyOf(steps)
    .map(({ hash }) => hash)
    .join('');

describe('a rollback that names no version', () => {
  it.each([
    ['nothing is earlier', 'A<', 'A'],
    ['the one before', 'AB<', 'ABA'],
    ['twice goes further back, not forward', 'ABC<<', 'ABCBA'],
    ['then there is nothing', 'ABC<<<', 'ABCBA'],
    ['what came after a rollback is left for what it followed', 'ABC<D<', 'ABCBDB'],
    ['and not for what was left before', 'ABC<D<<', 'ABCBDBA'],
    ['what was published again counts as good', 'AB<BC<', 'ABABCB'],
    ['until it is left again', 'AB<BC<<', 'ABABCBA'],
  ])('%s: %s → %s', (_, steps, expected) => {
    expect(contents(steps)).toBe(expected);
  });

  it('goes where the rule says, whatever came before', () => {
    const random = seeded(testSeed());
    for (let run = 0; run < 300; run++) {
      const history: History = [];
      for (let i = 0; i < 14; i++) {
        const target = found(history);
        expect([history, target]).toEqual([history, expected(history)]);
        const hash = random.below(2) === 0 ? target : random.pick(['A', 'B', 'C', 'D', 'E']);
        const current = history.at(-1)?.hash ?? null;
        if (hash === null || hash === current) continue;
        // Now and then to a version that was named.
        const isBack = hash === target || (current !== null && random.below(4) === 0);
        history.push({ hash, left: isBack ? current : null });
      }
    }
  });
});
