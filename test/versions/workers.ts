// The workers of either build, and how one takes over from the other.

import { waitFor } from '../support/conditions.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';
import type { WritableClickHouse } from '../support/writable-clickhouse.ts';
import type { Build } from './build.ts';

/**
 * Where history is, and who writes it while workers change: `embedded`, one at a time; `shared`, a
 * server and workers of both builds at once; `spooled`, a server that is away then, so that the next
 * worker brings home what the one before put into files.
 */
export const HISTORIES = ['embedded', 'shared', 'spooled'] as const;
export type History = (typeof HISTORIES)[number];

export interface WorkersParts {
  readonly env: Readonly<Record<string, string>>;
  /** One for each build. */
  readonly ports: readonly number[];
  readonly partitions: number;
  readonly history: History;
  /** null where it is embedded. */
  readonly clickhouse: WritableClickHouse | null;
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
    const { history, clickhouse } = this.parts;
    const before = [...this.running.keys()];
    if (history === 'shared') {
      await this.start(to);
      await this.share();
    } else if (history === 'spooled') {
      clickhouse!.refuse();
      await this.all('it to spool', (metric) => metric('proffer_spool_batches') > 0);
    }
    for (const build of before) await this.stop(build, isKilled);
    clickhouse?.heal();
    if (history !== 'shared') await this.start(to);
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
  private share(): Promise<void> {
    const share = this.parts.partitions / this.running.size;
    return this.all('them to share the partitions', (metric) => {
      const records = metric('proffer_history_records_total');
      return metric('proffer_history_partitions') === share && records > 0;
    });
  }

  /** Resolves when the metrics of each worker say so. */
  private async all(
    what: string,
    saysSo: (metric: (name: string) => number) => boolean,
  ): Promise<void> {
    const asked = async ({ url }: RoleProcess) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return saysSo((name) =>
        Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0),
      );
    };
    const workers = [...this.running.values()];
    await waitFor(`workers: ${what}`, async () =>
      (await Promise.all(workers.map(asked))).every(Boolean),
    );
  }
}
