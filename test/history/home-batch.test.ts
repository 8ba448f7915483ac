import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HomeBatch } from '../../src/history/spool/home-batch.ts';
import type { OwnedFile } from '../../src/history/spool/spool.ts';
import { writeSpoolFile } from '../../src/history/spool/spool-file.ts';
import type { SpoolRange } from '../../src/history/spool/spool-format.ts';
import type { LedgerRecord } from '../../src/ledger/ledger-reader.ts';

const range = (partition: number, first: number, last: number, queryId = 'q'): SpoolRange => {
  return { partition, first, last, queryId: `${queryId}${first}`, tried: false };
};

function file(ranges: readonly SpoolRange[], owner = 'own', path = String(Math.random())) {
  const records = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return { path, owner, bytes: 1, header: { ranges, records, oldestAtMs: 0 } } satisfies OwnedFile;
}

/** How many of files that follow one another go together. */
function together(recordsMax: number, files: readonly OwnedFile[]): number {
  const batch = new HomeBatch(recordsMax);
  const left = files.findIndex((it) => !batch.add(it, it.header.ranges));
  return left < 0 ? files.length : left;
}

const tens = (count: number, owner?: string) =>
  Array.from({ length: count }, (_, i) => file([range(0, i * 10 + 1, i * 10 + 10)], owner));

it('takes small files together up to the size of a batch, the oldest first', () => {
  expect(together(35, tens(5))).toBe(3);
  expect(together(50, tens(5))).toBe(5);
});

it('takes one file at least, however large, and a limited number, however small', () => {
  expect(together(5, tens(3))).toBe(1);
  expect(together(1e9, tens(100))).toBe(64);
});

it('takes files of one owner, whose name its inserts have', () => {
  expect(together(1e9, [...tens(2), ...tens(2, 'other')])).toBe(2);
});

it('leaves a file for later that has positions which another has', () => {
  expect(together(1e9, [file([range(0, 1, 10)]), file([range(0, 10, 20)])])).toBe(1);
  expect(together(1e9, [file([range(0, 1, 10)]), file([range(1, 1, 10)])])).toBe(2);
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-batch-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('reads of each file what is needed of that file', async () => {
  const records = ({ partition, first, last }: SpoolRange, text: string): LedgerRecord[] =>
    Array.from({ length: last - first + 1 }, (_, i) => ({ partition, id: first + i, text }));
  const write = async (ranges: readonly SpoolRange[], text: string) => {
    const { header } = file(ranges);
    async function* pages() {
      yield ranges.flatMap((it) => records(it, text));
    }
    return { ...(await writeSpoolFile(directory, header, pages(), () => true)), owner: 'own' };
  };
  const stale = range(1, 1, 2, 'lost');
  const again = range(1, 1, 2, 'again');
  const older = await write([range(0, 1, 2), stale], 'older');
  const newer = await write([again], 'newer');
  const batch = new HomeBatch(100);
  expect(batch.add(older, [older.header.ranges[0]!])).toBe(true);
  expect(batch.add(newer, [again])).toBe(true);
  const read: LedgerRecord[] = [];
  for await (const page of batch.pages()) read.push(...page);
  expect(read).toEqual([...records(range(0, 1, 2), 'older'), ...records(again, 'newer')]);
});
