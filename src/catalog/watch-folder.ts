// Tells when a catalog on disk was saved. Its files are looked at every now and then: names, sizes and
// times. Rejected: the system's notices of changes, which editors that save by renaming, network drives
// and containers each spoil in their own way. A catalog of 1,000 files costs a look of milliseconds.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { catalogFileNames } from './load-catalog.ts';

/** Between two looks, ms. */
const LOOK_MS = 300;

/** A watch that goes on until it is stopped. */
export interface FolderWatch {
  stop(): void;
}

/**
 * Watches a folder of catalog files, or one file; what cannot be read counts as a state like any
 * other. Keeps the process alive.
 * @param onSaved called after a change, when a look later nothing has changed any more: an editor
 *   may write several files, each in parts. Not called again before what it returned is settled;
 *   must not reject.
 */
export function watchFolder(path: string, onSaved: () => Promise<void> | void): FolderWatch {
  let told = fingerprint(path);
  let last = told;
  let busy = false;
  const look = () => {
    const now = fingerprint(path);
    const isQuiet = now === last;
    last = now;
    if (!isQuiet || now === told || busy) return;
    told = now;
    busy = true;
    Promise.resolve(onSaved()).finally(() => {
      busy = false;
    });
  };
  const timer = setInterval(look, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}

/**
 * Changes whenever a file comes, goes, is written, or may be read by others than before. By the time of
 * that, not by the time that a file says it is from: who copies or unpacks one may keep the old one.
 */
function fingerprint(path: string): string {
  try {
    return catalogFileNames(path)
      .map((name) => {
        const { ctimeMs, size, ino } = statSync(name === '' ? path : join(path, name));
        return `${name}\n${ctimeMs}\n${size}\n${ino}`;
      })
      .join('\n\n');
  } catch {
    return 'unreadable';
  }
}
