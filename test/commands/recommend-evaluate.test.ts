// `proffer recommend evaluate`: what it measures on files that can be counted by hand, and what it says of
// files that cannot be read.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EVALUATED, evaluateRecommending } from '../../src/commands/recommend-evaluate.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const OPTIONS = {
  ...({ model: 'for_you', rank: 'cosine' } as const),
  ...{ k: '20', m: '500', neighbours: '100', last: '3', minSupport: '1' },
};
type Options = Parameters<typeof evaluateRecommending>[0];

const NAMES = 'SessionId\tItemId\tTime\n';
const TRAIN = `${NAMES}1\ta\t100\n1\tb\t101.5\n2\ta\t200\n2\tb\t201\n3\ta\t300\n3\tc\t301\n`;

async function evaluated(train: string | Buffer, test: string | Buffer, options = {}) {
  const folder = freshDirectory();
  const zipped = (content: string | Buffer) => (typeof content === 'string' ? '' : '.gz');
  const files = {
    train: join(folder, `train.txt${zipped(train)}`),
    test: join(folder, `test.txt${zipped(test)}`),
  };
  writeFileSync(files.train, train);
  writeFileSync(files.test, test);
  const told = { out: '', err: '' };
  const output = {
    stdout: { write: (text: string) => (told.out += text) },
    stderr: { write: (text: string) => (told.err += text.replaceAll(`${folder}/`, '')) },
  };
  const all: Options = { ...OPTIONS, json: true, ...files, ...options };
  const code = await evaluateRecommending(all, output).catch((error: Error) => {
    throw new Error(error.message.replaceAll(`${folder}/`, ''));
  });
  return { code, ...told };
}

describe('the evaluation', () => {
  it('asks for the next item of each beginning of a session, in the order of time', async () => {
    // b follows a in first place; nothing is known beside x; a is at hand and so not in the list.
    const test = `${NAMES}9\tb\t20\n9\ta\t10\n8\tx\t10\n8\ta\t20\n7\ta\t10\n7\ta\t20\n`;
    const { code, out, err } = await evaluated(TRAIN, test, { model: 'similar' });
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      ...{ model: 'similar', k: 20, lists: 3 },
      ...{ hitRate: 1 / 3, mrr: 1 / 3, ndcg: 1 / 3, coverage: 2 / 3 },
    });
  });

  it('counts a second place as a half, and 1/log2(3)', async () => {
    const { out } = await evaluated(TRAIN, '9\ta\t10\n9\tc\t20\n', { model: 'similar' });
    const { mrr, ndcg, popularityBias } = JSON.parse(out);
    expect(mrr).toBe(1 / 2);
    expect(ndcg).toBeCloseTo(1 / Math.log2(3), 12);
    // b has two of the three interactions that a has, c has one.
    expect(popularityBias).toBeCloseTo((2 / 3 + 1 / 3) / 2, 12);
  });

  it('knows all models of the crowd, and prints them for people', async () => {
    for (const model of EVALUATED) {
      const { out } = await evaluated(TRAIN, '9\ta\t310\n9\tb\t320\n', { model, json: false });
      expect(out).toMatch(new RegExp(`^${model}: 1 lists of 20, 3 items known\nHR@20 .*1\\.0000`));
    }
  });

  it('may keep the item that the session is at', async () => {
    const test = '9\ta\t10\n9\ta\t20\n';
    const hits = async (keepCurrent: boolean) =>
      JSON.parse((await evaluated(TRAIN, test, { keepCurrent })).out).hitRate;
    expect([await hits(false), await hits(true)]).toEqual([0, 1]);
  });

  it('lists nothing beside an item that nobody knows, as a service would', async () => {
    const hits = async (test: string, model: Options['model']) =>
      JSON.parse((await evaluated(TRAIN, test, { model })).out).hitRate;
    // The last of three is at x, whom nobody knows, though b before it is known.
    expect(await hits('9\tb\t10\n9\tx\t20\n9\ta\t30\n', 'similar')).toBe(0);
    expect(await hits('9\tb\t10\n9\tx\t20\n9\ta\t30\n', 'for_you')).toBe(1 / 2);
  });

  it('tells lines that it cannot read by their numbers, and goes on', async () => {
    const bad = [
      'x',
      '1\ta',
      '\ta\t1',
      `1\t${'🦊'.repeat(100)}\t1`,
      '1\ta\tsoon',
      '1\ta\t',
      '1\ta\t-5',
    ];
    const many = Array.from({ length: 5 }, () => 'x').join('\n');
    const { err, out } = await evaluated(
      gzipSync(`${TRAIN}${bad.join('\n')}\n${many}\n4\t__proto__\t1`),
      '9\ta\t10\r\n\r\n9\tb\t20',
    );
    const lines = err.trim().split('\n');
    expect(lines[0]).toBe('train.txt.gz:8: not SessionId<TAB>ItemId<TAB>Time');
    expect(lines[3]).toMatch(/^train\.txt\.gz:11: the item is empty or longer than 256 bytes$/);
    expect(lines[4]).toMatch(/^train\.txt\.gz:12: the time is not a number of seconds/);
    expect(lines.at(-1)).toBe('train.txt.gz: 2 more lines cannot be read');
    expect(lines).toHaveLength(11);
    expect(JSON.parse(out)).toMatchObject({ lists: 1, hitRate: 1 });
  });

  it('says in one line what cannot be evaluated', async () => {
    const said = (train: string | Buffer, test: string | Buffer, options = {}) =>
      evaluated(train, test, options).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    const test = '9\ta\t10\n9\tb\t20\n';
    expect(await said('', test)).toBe('train.txt: there is nothing to learn');
    expect(await said(TRAIN, NAMES)).toBe('test.txt: there is no session of two clicks or more');
    expect(await said(Buffer.from('not zipped'), test)).toMatch(
      /^train\.txt\.gz: it cannot be read/,
    );
    expect(await said(TRAIN, test, { train: 'nowhere.txt' })).toBe(
      'nowhere.txt: there is no such file',
    );
    expect(await said(TRAIN, test, { k: '0' })).toBe('--k 0: a whole number from 1 to 500');
    expect(await said(TRAIN, test, { m: '501' })).toBe('--m 501: a whole number from 1 to 500');
  });
});
