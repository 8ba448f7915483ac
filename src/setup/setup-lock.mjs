// Two set-ups at once in one checkout (`npm start` here, `npm test` there) would install over each
// other: the second waits. A lock whose holder is gone is taken over.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.mjs';

const directory = join(projectRoot, '.cache');
const path = join(directory, 'setup.lock');

/** Runs `work` while no other process of this checkout does. */
export async function withSetupLock(work) {
  mkdirSync(directory, { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) process.stderr.write('proffer: waiting for another set-up of this checkout …\n');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

function take() {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!holderRuns()) rmSync(path, { force: true });
  return false;
}

function holderRuns() {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // Empty for the instant between its creation and its first byte: that holder runs.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
