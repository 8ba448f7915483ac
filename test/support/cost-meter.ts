// Vitest set-up file: the CPU that a test file took, with all processes that it started and waited
// for; the reporter of `npm test` shows it.

import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';

/** Of the process that this file of several ran in, when the last of them had ended; s. */
const carried = globalThis as { cpuBeforeFileS?: number };

// First of all that is set up, and so last of all that ends.
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures there.
afterAll(({}, file) => {
  const now = cpuS();
  (file.meta as { cpuS?: number }).cpuS = now - (carried.cpuBeforeFileS ?? 0);
  carried.cpuBeforeFileS = now;
});

/** User and system time of this process, and of those that it has waited for. */
function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + childrenS();
}

function childrenS(): number {
  try {
    const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ');
    const [userTicks = 0, systemTicks = 0] = fields.split(' ').slice(13, 15).map(Number);
    return (userTicks + systemTicks) / 100;
  } catch {
    // Not Linux.
    return 0;
  }
}
