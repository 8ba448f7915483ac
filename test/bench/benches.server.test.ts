// Every bench runs with a small input, so that none can rot: some every day, the others with
// `npm run test:long`. Nothing is asserted about speed.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BENCHES, type Bench } from '../../bench/support/benches.ts';

const LONG = process.env.PROFFER_TEST_LONG !== undefined;
const isLong = ({ isEveryday }: Bench) => isEveryday !== true;
const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What each is started with, and what it prints when nothing is wrong. */
const runs = BENCHES.filter((bench) => isLong(bench) === LONG).flatMap(
  ({ file, small, sound, variant }) => [
    { file, args: small, sound },
    // It needs a repository.
    ...(variant !== undefined && existsSync(`${root}.git`)
      ? [{ file, args: variant.small, sound: variant.sound }]
      : []),
  ],
);

describe('benches', () => {
  for (const { file, args, sound } of runs) {
    it(`${file} ${args.join(' ')} runs and prints its floor`, async () => {
      const { stdout } = await run(
        process.execPath,
        ['--import', 'tsx', `bench/${file}.ts`, ...args],
        { cwd: root, timeout: 170_000 },
      );
      expect(stdout).toMatch(/floor|bare/i);
      if (sound !== undefined) expect(stdout).toMatch(sound);
    }, 180_000);
  }
});
