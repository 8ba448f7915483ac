// How far a verification is, in a file that is replaced as a whole after each pass: a run that was
// interrupted goes on from there, and one of another deployment, history or choice begins anew.

import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Difference } from './difference.ts';
import type { Pass } from './verify-plan.ts';

/** What is known so far. */
export interface Progress {
  /** Of deployment and history: what was compared, must be what is compared. */
  readonly identity: string;
  readonly startedAtMs: number;
  readonly seed: number;
  readonly share: number;
  readonly passes: readonly Pass[];
  /** Passes that are done. */
  readonly done: number;
  readonly tally: Tally;
  readonly differences: readonly Difference[];
  readonly differenceCount: number;
}

/** What the passes counted, added up. */
export interface Tally {
  records: number;
  spooled: number;
  trimmed: number;
  compared: number;
  customers: number;
  /** Limits of budgets that were compared. */
  budgets: number;
  /** Decisions that leave beside their answer. */
  deliveries: number;
  unsettled: number;
  forgotten: number;
}

const FORMAT = 2;

export class ProgressFile {
  constructor(readonly path: string) {}

  /** null when there is none, or it cannot be read: then nothing is known. */
  read(): Progress | null {
    try {
      const { format, ...progress } = JSON.parse(readFileSync(this.path, 'utf8'));
      return format === FORMAT ? (progress as Progress) : null;
    } catch {
      return null;
    }
  }

  /** Replaces what was there; a crash leaves the one or the other. */
  async write(progress: Progress): Promise<void> {
    mkdirSync(dirname(this.path), { recursive: true });
    const fresh = `${this.path}.new`;
    const file = await open(fresh, 'w');
    try {
      await file.writeFile(JSON.stringify({ format: FORMAT, ...progress }));
      await file.sync();
    } finally {
      await file.close();
    }
    renameSync(fresh, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
