// `proffer … | head`: whoever reads has seen enough.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SqlEndpoint, startSqlEndpoint } from '../../src/history/analyst/sql-endpoint.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const CATALOG = fileURLToPath(new URL('../../examples/retail/catalog.yaml', import.meta.url));

let endpoint: SqlEndpoint;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-closed-'));
  await writeFile(join(directory, 'broken.yaml'), 'triggers: 7\n');
  endpoint = await startSqlEndpoint({
    ...{ host: '127.0.0.1', port: 0 },
    authorize: () => Promise.resolve(true),
    // More than a pipe holds.
    execute: async () => ({ body: Buffer.alloc(4_000_000, 'row\n'), readRows: 0, elapsedS: 0 }),
  });
});
afterAll(async () => {
  await endpoint.close();
  await rm(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Of the outputs that were read. */
  readonly text: string;
}

/** @param unread the output whose reader goes at once, or when the first part of it is there */
function run(
  args: readonly string[],
  unread: 'stdout' | 'stderr' | 'neither' = 'neither',
  afterFirst = false,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, CLICKHOUSE_URL: endpoint.url, PROFFER_DATA_DIR: directory };
    const child = spawn(process.execPath, [MAIN, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = child[name];
      if (name !== unread) stream.on('data', (chunk) => (text += chunk));
      else if (afterFirst) stream.once('data', () => stream.destroy());
      else stream.destroy();
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, text }));
  });
}

it.each([
  [['sql', 'SELECT 1'], 'stdout', 0],
  [['--help'], 'stdout', 0],
  // Without tests, of which it would tell on stderr.
  [['catalog', 'validate', CATALOG], 'stdout', 0],
  [['catalog', 'validate', 'BROKEN'], 'stderr', 1],
  [['nonsense'], 'stderr', 1],
] as const)('%j ends quietly, and as it would have ended', async (words, unread, code) => {
  const args = words.map((word) => (word === 'BROKEN' ? directory : word));
  const read = await run(args);
  expect({ code: read.code, wrote: read.text !== '' }).toEqual({ code, wrote: true });
  expect(await run(args, unread)).toEqual({ code, signal: null, text: '' });
});

it('also in the middle of what it prints', async () => {
  expect(await run(['sql', 'SELECT 1'], 'stdout', true)).toEqual({
    code: 0,
    signal: null,
    text: '',
  });
});
