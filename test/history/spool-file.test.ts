import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  damageOf,
  listSpoolFiles,
  readSpoolFile,
  SpoolFull,
  writeSpoolFile,
} from '../../src/history/spool/spool-file.ts';
import type { LedgerRecord } from '../../src/ledger/ledger-reader.ts';
import { seeded, testSeed } from '../support/seeded.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-spool-file-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const BIG = 2 ** 52;
const header = {
  ranges: [
    { partition: 3, first: 11, last: 14, queryId: 'h-a', tried: false },
    { partition: 700, first: BIG, last: BIG + 1, queryId: 'h-b', tried: true },
  ],
  ...{ records: 6, oldestAtMs: 1_795_411_200_000 },
};
const records: LedgerRecord[] = [
  ...[11, 12, 13, 14].map((id) => ({ partition: 3, id, text: `1 5\ne{"x":"ü😀${id}"}` })),
  { partition: 700, id: BIG, text: '' },
  { partition: 700, id: BIG + 1, text: 'x'.repeat(100_000) },
];

async function* pages(...all: LedgerRecord[][]) {
  yield* all;
}

const endless = () => true;
const write = (reserve = endless as (bytes: number) => boolean) =>
  writeSpoolFile(directory, header, pages(records.slice(0, 3), [], records.slice(3)), reserve);

it('gives back what was written, block by block', async () => {
  const { path, bytes } = await write();
  const found: LedgerRecord[] = [];
  for await (const page of readSpoolFile(path)) found.push(...page);
  expect(found).toEqual(records);
  expect(await damageOf(path)).toBeNull();
  expect(await listSpoolFiles(directory)).toEqual({
    files: [{ path, bytes, header }],
    damaged: [],
    unreadable: [],
  });
  expect((await readFile(path)).length).toBe(bytes);
});

it('finds one flipped bit, a cut and an addition, wherever they are', async () => {
  const { path } = await write();
  const sound = await readFile(path);
  const random = seeded(testSeed());
  const ways = [
    (bytes: Buffer) => {
      const at = random.below(bytes.length);
      bytes[at]! ^= 1 << random.below(8);
      return bytes;
    },
    (bytes: Buffer) => bytes.subarray(0, random.below(bytes.length)),
    (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1 + random.below(9))]),
  ];
  for (let i = 0; i < 300; i++) {
    const bytes = ways[i % 3]!(Buffer.from(sound));
    await writeFile(path, bytes);
    const damage = await damageOf(path);
    expect({ i, damage, bytes: bytes.length }).not.toMatchObject({ damage: null });
  }
  await writeFile(path, sound);
  expect(await damageOf(path)).toBeNull();
});

it('says that a file is damaged that is gone', async () => {
  expect(await damageOf(join(directory, 'nothing.spool'))).toContain('ENOENT');
});

it('leaves nothing behind when there is no room, or when records are lacking', async () => {
  await expect(write((bytes) => bytes > 100)).rejects.toThrow(SpoolFull);
  await expect(writeSpoolFile(directory, header, pages(records.slice(1)), endless)).rejects.toThrow(
    'lacks',
  );
  expect(await readdir(directory)).toEqual([]);
});

it('removes what an earlier process did not finish, and tells damaged headers', async () => {
  await writeFile(join(directory, '1.unfinished'), 'half');
  await writeFile(join(directory, '2.spool'), 'PROFSPL\u0001????');
  await writeFile(join(directory, '3.spool.damaged'), 'kept');
  const { files, damaged } = await listSpoolFiles(directory);
  expect({ files, damaged }).toEqual({ files: [], damaged: [join(directory, '2.spool')] });
  expect((await readdir(directory)).sort()).toEqual(['2.spool', '3.spool.damaged']);
});
