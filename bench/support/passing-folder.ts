// A folder that goes with the process, whatever ends it (but SIGKILL): it may hold a whole checkout
// with its packages. Everything that is made under the system's temporary folder meanwhile goes into
// it, so that an interrupted run leaves no data folders either.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ENDS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Makes it, and makes it the temporary folder of this process and its children. */
export function passingFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.env.TMPDIR = folder;
  process.once('exit', () => remove(folder));
  for (const [signal, code] of Object.entries(ENDS)) process.once(signal, () => process.exit(code));
  return folder;
}

/** Those who were just killed may still write into it for a moment. */
function remove(folder: string): void {
  for (let tries = 5; ; tries--) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === 0) throw error;
    }
  }
}
