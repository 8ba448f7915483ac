// The browser that tests drive: Chromium as the machine has it, or none.

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);

/** Without it what needs a browser is not tested. */
export const HAS_CHROMIUM: boolean = EXECUTABLE !== undefined;
if (!HAS_CHROMIUM) console.log('no chromium: what needs a browser is not tested here');

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE!,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
