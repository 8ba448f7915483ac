// A browser for the test of the browser SDK; nothing else needs one, so its absence is no fault.

import { step } from './narrate.mjs';
import { findCommand, packageManagerFor } from './package-manager.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The path of a Chromium, or null. */
export function findChromium() {
  for (const name of NAMES) {
    const path = findCommand(name);
    if (path !== null) return path;
  }
  return null;
}

/** Installs one where that is possible; otherwise says in one line what will be skipped. */
export async function provideChromium() {
  if (findChromium() !== null) return;
  const manager = packageManagerFor('chromium');
  if (manager?.mayInstall) {
    const failure = 'chromium could not be installed';
    try {
      await step('installing chromium for the browser test', () => manager.install(failure));
    } catch (error) {
      process.stderr.write(`proffer: ${error.message}\n`);
    }
  }
  if (findChromium() !== null) return;
  const how = manager === null ? '' : ` (${manager.line})`;
  process.stderr.write(`proffer: no chromium${how}: the browser SDK test will be skipped\n`);
}
