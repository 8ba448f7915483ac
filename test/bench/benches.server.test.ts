// Every bench runs with a small input, so that none can rot: some every day, the others with
// `npm run test:long`. Nothing is asserted about speed.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BENCHES, type Bench } from '../../bench/support/benches.ts';

const LONG = process.env.PROFFER_TEST_LONG !== undefined;
const isLong = ({ isEveryday }: Bench) => isEveryday !== true;
const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

describe('benches', () => {
  for (const { file, small, sound } of BENCHES.filter((bench) => isLong(bench) === LONG)) {
    it(`${file} runs and prints its floor`, async () => {
      const { stdout } = await run(
        process.execPath,
        ['--import', 'tsx', `bench/${file}.ts`, ...small],
        { cwd: root, timeout: 170_000 },
      );
      expect(stdout).toMatch(/floor|bare/i);
      if (sound !== undefined) expect(stdout).toMatch(sound);
    }, 180_000);
  }
});
