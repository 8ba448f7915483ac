// `proffer verify` beside a running service, as an operator runs it.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProfferProcess } from './proffer-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Verified {
  readonly exitCode: number;
  /** What it printed: first line `verify      ok: …` or `verify      NOT OK: …`. */
  readonly report: string;
}

/** @param waitS how long history may take to catch up */
export function verifyHistory(proffer: Pick<ProfferProcess, 'env'>, waitS = 60): Promise<Verified> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, 'verify', '--wait', String(waitS)],
      // The short deadlines of a test are for its service, not for whoever looks at it.
      { env: { ...proffer.env, PROFFER_REDIS_DEADLINE_MS: '20000' } },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : Number(error.code ?? -1);
        resolve({ exitCode, report: stdout + stderr });
      },
    );
  });
}
