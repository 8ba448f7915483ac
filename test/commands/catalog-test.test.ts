// `proffer catalog test`: what it prints, what it returns, and that it tests again after a save.

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { testCatalog, testOnSave } from '../../src/commands/catalog-test.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const SHOP = `catalog: shop
triggers: { ask: { on: Asked, decide: app } }
offers: { o: { treatments: { app: { x: 1 } } } }
placements: { app: {} }
`;

/** A test that holds where `o` is expected. */
const tests = (...expected: readonly string[]) =>
  `tests:\n${expected.map((offers, i) => `  t${i}: { events: [{ Asked: {}, expect: { app: ${offers} } }] }\n`).join('')}`;

function recorded() {
  const told = { out: '', err: '' };
  const output = {
    stdout: { write: (text: string) => (told.out += text) },
    stderr: { write: (text: string) => (told.err += text) },
  };
  return { told, output };
}

function tested(path: string) {
  const { told, output } = recorded();
  return { code: testCatalog(path, output), ...told };
}

describe('proffer catalog test', () => {
  it('ends with what passed and failed; a failure is told where it stands, as the caller would type it', () => {
    const folder = freshDirectory();
    writeFileSync(join(folder, 'shop.yaml'), SHOP);
    writeFileSync(join(folder, 'tests.yaml'), tests('o', 'none', 'o'));
    expect(tested(folder)).toEqual({
      code: 1,
      out:
        `${join(folder, 'tests.yaml')}:3:41: t1: app: expected no offer, found o (trigger ask)\n` +
        '  o: chosen, with a score of 1\n' +
        '2 passed, 1 failed\n',
      err: '',
    });
    const file = join(folder, 'all.yaml');
    writeFileSync(file, SHOP + tests('o', 'none'));
    expect(tested(file).out).toContain(`${file}:7:41: t1: app: expected no offer`);
    writeFileSync(file, SHOP + tests('o', 'o'));
    expect(tested(file)).toEqual({ code: 0, out: '2 passed, 0 failed\n', err: '' });
  });

  it('says how to write tests where there are none, and that nothing failed', () => {
    const file = join(freshDirectory(), 'shop.yaml');
    writeFileSync(file, SHOP);
    const { code, out, err } = tested(file);
    expect([code, out]).toEqual([0, '0 passed, 0 failed\n']);
    expect(err).toMatch(/^this catalog has no `tests:`/);
  });

  it('tells the faults of a catalog that has some, and runs nothing', () => {
    const file = join(freshDirectory(), 'shop.yaml');
    writeFileSync(file, `${SHOP}${tests('oo')}`);
    expect(tested(file)).toEqual({
      code: 1,
      out: '',
      err: `${file}:6:46: tests.t0.events[0].expect.app: there is no offer "oo", expected one of o (did you mean o?)\n`,
    });
    expect(tested(join(file, 'nowhere'))).toMatchObject({ code: 1, out: '' });
  });

  it('counts the tests whose failures it does not show', () => {
    const file = join(freshDirectory(), 'shop.yaml');
    writeFileSync(file, SHOP + tests(...Array(205).fill('none')));
    expect(tested(file).out).toMatch(/… and 5 more tests failed\n0 passed, 205 failed\n$/);
  });
});

describe('proffer catalog test --watch', () => {
  it('tests again after each save, however an editor saves, until it is stopped', async () => {
    const folder = freshDirectory();
    const file = join(folder, 'shop.yaml');
    writeFileSync(file, SHOP + tests('none'));
    const { told, output } = recorded();
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const ended = testOnSave(folder, stopped, output);
    const waiting = { timeout: 30_000 };
    const until = (pattern: RegExp) => vi.waitFor(() => expect(told.out).toMatch(pattern), waiting);
    await until(/0 passed, 1 failed\n$/);
    writeFileSync(file, SHOP + tests('o'));
    await until(/failed\n\n1 passed, 0 failed\n$/);
    const next = join(folder, '.shop.yaml.next');
    writeFileSync(next, SHOP + tests('o', 'none'));
    renameSync(next, file);
    await until(/\n\n.*t1: [^\n]+\n.*\n1 passed, 1 failed\n$/s);
    writeFileSync(join(folder, 'more.yaml'), 'faulty');
    await vi.waitFor(() => expect(told.err).toContain('more.yaml:1:1'), waiting);
    rmSync(join(folder, 'more.yaml'));
    await until(/1 failed\n.*1 passed, 1 failed\n$/s);
    stop();
    expect(await ended).toBe(1);
  });
});
