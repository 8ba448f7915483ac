// One deployment whose gateways and workers may be of two builds, each a process, on one Redis.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';
import { type ServiceRedis, startServiceRedis } from '../support/service-redis.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';
import type { Json } from './books.ts';
import type { Build } from './build.ts';
import { type CatalogName, catalogText } from './catalogs.ts';
import { type History, Workers } from './workers.ts';

const PARTITIONS = 16;
const REDIS_DEADLINE_MS = 10_000;
const COMMAND_BYTES_MAX = 10_000_000;

export class Service {
  readonly keys = new Keys('proffer:', PARTITIONS);
  readonly workers: Workers;
  private readonly gateways = new Map<Build, RoleProcess>();
  private readonly portOfBuild = new Map<Build, number>();

  private constructor(
    private readonly server: ServiceRedis,
    private readonly clickhouse: WritableClickHouse | null,
    /** For looks at what lies there. */
    readonly redis: RedisConnection,
    private readonly folder: string,
    private readonly ports: readonly number[],
    readonly env: Readonly<Record<string, string>>,
    history: History,
  ) {
    const partitions = PARTITIONS;
    this.workers = new Workers({ env, ports: ports.slice(2), partitions, history, clickhouse });
  }

  /** @param folder where its data goes; empty */
  static async start(folder: string, history: History): Promise<Service> {
    const server = await startServiceRedis();
    const redis = openConnection({ url: server.url, deadlineMs: REDIS_DEADLINE_MS });
    await redis.ready();
    let clickhouse: WritableClickHouse | null = null;
    if (history !== 'embedded') {
      const directory = join(folder, 'server');
      await mkdir(directory);
      clickhouse = await startWritableClickHouse(directory);
    }
    const [sqlPort, ...ports] = await freshPorts(5);
    const env = {
      ...(clickhouse === null ? {} : { CLICKHOUSE_URL: clickhouse.url }),
      REDIS_URL: server.url,
      PROFFER_DATA_DIR: folder,
      PROFFER_PARTITIONS: String(PARTITIONS),
      PROFFER_SQL_PORT: String(sqlPort),
      PROFFER_WRITE_KEY: 'write-key-of-two',
      PROFFER_ADMIN_KEY: 'admin-key-of-two',
      // So that either version's workers trim, spool, and look for what came twice.
      PROFFER_HISTORY_INTERVAL_MS: '200',
      PROFFER_TRIM_DELAY_MS: '2000',
      PROFFER_SPOOL_AFTER: '20',
      PROFFER_SUSPECT_DELAY_MS: '3000',
    };
    return new Service(server, clickhouse, redis, folder, ports, env, history);
  }

  /**
   * A gateway of a build, ready.
   * @param publishes what it publishes when it starts; null = nothing
   * @returns its address
   */
  async startGateway(build: Build, publishes: CatalogName | null): Promise<string> {
    const env = await this.publishing(publishes);
    const gateway = await startRole('gateway', this.portOf(build), env, build.folder);
    this.gateways.set(build, gateway);
    return gateway.url;
  }

  async stopGateway(build: Build): Promise<void> {
    const gateway = this.gateways.get(build);
    this.gateways.delete(build);
    const code = await gateway?.stop();
    if (code !== 0) throw new Error(`a gateway ended with ${code}\n${gateway?.output()}`);
  }

  /** What a gateway shows of a customer. */
  async customer(url: string, id: string): Promise<Json> {
    const headers = { authorization: `Bearer ${this.env.PROFFER_ADMIN_KEY}` };
    const response = await fetch(`${url}/v1/customers/${id}?events=false`, { headers });
    if (response.status !== 200) throw new Error(`${id} at ${url}: ${await response.text()}`);
    return response.json();
  }

  /** Rows of history. @throws Error with the engine's own message */
  async query<Row>(sql: string): Promise<Row[]> {
    const { PROFFER_ADMIN_KEY: key, PROFFER_SQL_PORT: port, CLICKHOUSE_URL } = this.env;
    const at = new URL(CLICKHOUSE_URL ?? `http://proffer:${key}@127.0.0.1:${port}`);
    const headers = { authorization: `Basic ${btoa(`${at.username}:${at.password}`)}` };
    const url = `${at.origin}/?default_format=JSONEachRow`;
    const response = await fetch(url, { method: 'POST', headers, body: sql });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Row);
  }

  /** Runs a command beside it. @returns what it printed and its exit code */
  run({ folder }: Build, ...args: string[]): Promise<{ code: number; text: string }> {
    const env = { PATH: process.env.PATH ?? '', ...this.env };
    const options = { cwd: folder, env, maxBuffer: COMMAND_BYTES_MAX };
    return new Promise((resolve) => {
      const all = [join(folder, 'dist/main.js'), ...args];
      execFile(process.execPath, all, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? -1);
        resolve({ code, text: `${stdout}${stderr}`.trim() });
      });
    });
  }

  /** Ends everything, in any state. */
  async stop(): Promise<void> {
    const running = [...this.gateways.values()];
    await Promise.all(running.map((gateway) => gateway.stop('SIGKILL')));
    await this.workers.kill();
    await this.clickhouse?.stop();
    this.redis.close();
    await this.server.stop();
  }

  private portOf(build: Build): number {
    const port = this.portOfBuild.get(build) ?? this.ports[this.portOfBuild.size]!;
    this.portOfBuild.set(build, port);
    return port;
  }

  private async publishing(catalog: CatalogName | null): Promise<Record<string, string>> {
    if (catalog === null) return { ...this.env, PROFFER_PUBLISH: 'never' };
    const folder = join(this.folder, 'catalogs');
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${catalog}.yaml`);
    await writeFile(file, catalogText(catalog));
    return { ...this.env, PROFFER_CATALOG: file };
  }
}
