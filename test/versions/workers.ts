// The workers of either build, and how one takes over from the other. With embedded history there is
// one at a time; with a server several run side by side, and share the partitions.

import { waitFor } from '../support/conditions.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';
import type { Build } from './build.ts';

export interface WorkersParts {
  readonly env: Readonly<Record<string, string>>;
  /** One for each build. */
  readonly ports: readonly number[];
  readonly partitions: number;
  readonly sideBySide: boolean;
}

export class Workers {
  private readonly running = new Map<Build, RoleProcess>();
  private readonly portOf = new Map<Build, number>();

  constructor(private readonly parts: WorkersParts) {}

  async start(build: Build): Promise<void> {
    const { env, ports } = this.parts;
    const port = this.portOf.get(build) ?? ports[this.portOf.size]!;
    this.portOf.set(build, port);
    this.running.set(build, await startRole('worker', port, env, build.folder));
  }

  /**
   * A worker of another build in the place of the one that runs.
   * @param isKilled whether that one ends without handing anything over
   */
  async takeOver(to: Build, isKilled: boolean): Promise<void> {
    const before = [...this.running.keys()];
    if (this.parts.sideBySide) {
      await this.start(to);
      await this.share();
    }
    for (const build of before) await this.stop(build, isKilled);
    if (!this.parts.sideBySide) await this.start(to);
  }

  /** Ends all, in any state. */
  async kill(): Promise<void> {
    await Promise.all([...this.running.values()].map((worker) => worker.stop('SIGKILL')));
  }

  private async stop(build: Build, isKilled: boolean): Promise<void> {
    const worker = this.running.get(build)!;
    this.running.delete(build);
    const code = await worker.stop(isKilled ? 'SIGKILL' : 'SIGTERM');
    if (!isKilled && code !== 0) throw new Error(`a worker ended with ${code}\n${worker.output()}`);
  }

  /** Resolves when each has its part of the partitions, and has written some of it. */
  private async share(): Promise<void> {
    const workers = [...this.running.values()];
    const share = this.parts.partitions / workers.length;
    const isShared = async (worker: RoleProcess) => {
      const text = await (await fetch(`${worker.url}/metrics`)).text();
      const metric = (name: string) =>
        Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
      const records = metric('proffer_history_records_total');
      return metric('proffer_history_partitions') === share && records > 0;
    };
    await waitFor('the workers to share the partitions', async () =>
      (await Promise.all(workers.map(isShared))).every(Boolean),
    );
  }
}
