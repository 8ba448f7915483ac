// Random moments: something is done to the running service under load, it comes back, and everything
// is counted again. The short runs of tests and the long one of `npm run test:faults` are this.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type AwakeClock, startAwakeClock } from '../../support/awake-clock.ts';
import { waitFor } from '../../support/conditions.ts';
import { type Random, seeded } from '../../support/seeded.ts';
import { Books } from './books.ts';
import { Clients } from './clients.ts';
import { drawFault } from './fault-kinds.ts';
import {
  answers,
  type FaultedService,
  type RedisKind,
  startFaultedService,
} from './faulted-service.ts';
import type { Fault } from './faults.ts';
import { HttpClient } from './http-client.ts';
import { Recount } from './recount.ts';
import { Summary } from './summary.ts';

export interface MomentsOptions {
  readonly seed: number;
  readonly moments: number;
  readonly redis: RedisKind;
  /** Kinds of faults to choose from; default: all. */
  readonly only?: RegExp;
  /** One line a moment. */
  readonly log: (line: string) => void;
}

export interface MomentsRun {
  /** Empty = every recount agreed. */
  readonly differences: readonly string[];
  /** Of the run, as markdown. */
  readonly table: string;
  /** Where data and logs are kept; null when all is well. */
  readonly home: string | null;
}

const CLIENTS = 10;
/** Chance of a second fault while the first lasts. */
const DOUBLE = 0.25;
/** Moments between two full comparisons. */
const VERIFY_EVERY = 50;
/** Of a report. */
const SHOWN_MAX = 25;
const SHOWN_CHARS_MAX = 8_000;
const HEALTH_EVERY_MS = 100;
/** Longest wait for a gateway's answer to whether it is healthy, while the machine runs; ms. */
const HEALTHY_WITHIN_MS = 5_000;
const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** Runs moments until one of them leaves a difference. */
export async function runMoments(options: MomentsOptions): Promise<MomentsRun> {
  const { seed, moments, redis, log } = options;
  const startedAtMs = performance.now();
  const service = await startFaultedService(redis);
  const run = new Run(service, options);
  let differences: string[] = [];
  try {
    for (let moment = 1; moment <= moments && differences.length === 0; moment++) {
      differences = await run.moment(moment);
      if (differences.length > 0) break;
      if (moment % VERIFY_EVERY === 0 || moment === moments) differences = await verified(service);
    }
  } catch (error) {
    const { message, cause } = error as Error;
    differences = [`the harness: ${message}${cause === undefined ? '' : ` (${cause})`}`];
  }
  if (differences.length > 0) {
    log(`DIFFERENCE at seed ${seed}, ${run.last}`);
    for (const difference of differences.slice(0, SHOWN_MAX)) {
      log(`  ${difference.slice(0, SHOWN_CHARS_MAX)}`);
    }
    if (differences.length > SHOWN_MAX) log(`  and ${differences.length - SHOWN_MAX} more`);
    log(`  data and logs are in ${service.home}`);
  }
  await run.end();
  await service.stop(differences.length > 0);
  const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);
  const table = run.summary.table(run.books, { seed, redis, minutes });
  return { differences, table, home: differences.length > 0 ? service.home : null };
}

class Run {
  readonly books = new Books();
  readonly summary = new Summary();
  last = 'before the first moment';
  private readonly http = new HttpClient('write-key-of-the-test');
  private readonly clients: Clients;
  private readonly recount: Recount;
  private readonly health: NodeJS.Timeout;
  private readonly clock: AwakeClock = startAwakeClock();

  constructor(
    private readonly service: FaultedService,
    private readonly options: MomentsOptions,
  ) {
    const { gateways } = service;
    const random = seeded(options.seed);
    this.clients = new Clients(gateways, this.http, this.books, random, this.clock, CLIENTS);
    this.recount = new Recount(service, this.books);
    this.health = setInterval(() => this.watchHealth(), HEALTH_EVERY_MS);
  }

  /** @returns what differs afterwards */
  async moment(moment: number): Promise<string[]> {
    const { books, clients, service } = this;
    const { seed, only = /./, log } = this.options;
    // Drawn anew for each: a moment is the same whatever the ones before it took of chance.
    const random = seeded(seed * 100_003 + moment);
    const faults = [drawFault(service, random, only)];
    const other = random() < DOUBLE ? drawFault(service, random, only) : null;
    if (other !== null && ![...faults, other].some(({ isAlone }) => isAlone)) faults.push(other);
    this.last = `moment ${moment}: ${faults.map(described).join(' and ')}`;
    const { refused, retried } = books;
    books.turnPage();
    const atMs = performance.now();
    clients.resume(moment);
    await this.progress(10 + random.below(60));
    await Promise.all(faults.map((fault, i) => this.happen(fault, i, random)));
    await service.recovered();
    await this.progress(10);
    await clients.pause();
    const recoveredAtMs = performance.now();
    // By the worker that is left, if one is still starting.
    const { differences, wasMended } = await this.recount.run();
    await service.complete();
    const found = [...differences, ...books.violations, ...service.unexpected];
    this.summary.add({
      kinds: faults.map(({ kind }) => kind),
      ...{ longestGapMs: books.longestGapMs, wasMended },
      ...{ refused: books.refused - refused, retried: books.retried - retried },
    });
    const took = [recoveredAtMs - atMs, performance.now() - recoveredAtMs].map(Math.round);
    log(
      `${this.last} | ${books.totals.records} records, ${took.join(' + ')} ms` +
        `, gap ${Math.round(books.longestGapMs)} ms${wasMended ? ', mended' : ''}`,
    );
    return found;
  }

  async end(): Promise<void> {
    clearInterval(this.health);
    await this.clients.end();
    this.http.close();
    this.clock.stop();
  }

  private async happen(fault: Fault, index: number, random: Random): Promise<void> {
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, random.below(200)));
    await fault.begin();
    await new Promise((resolve) => setTimeout(resolve, fault.holdMs));
    await fault.end();
  }

  /** So many more acknowledgements. */
  private async progress(count: number): Promise<void> {
    const enough = this.books.acknowledged + count;
    await waitFor('acknowledgements', () => this.books.acknowledged >= enough, 60_000);
  }

  /** A gateway that runs says so, whatever becomes of Redis. */
  private watchHealth(): void {
    for (const gateway of this.service.gateways) {
      const { process, directUrl } = gateway;
      const { pid } = process;
      if (!process.isUp || gateway.disturbances > 0) continue;
      const askedAtMs = performance.now();
      answers(`${directUrl}/healthz`, this.clock.timeout(HEALTHY_WITHIN_MS)).then((isHealthy) => {
        const isSame = process.isUp && process.pid === pid;
        const wasLeftAlone = gateway.disturbances === 0 && gateway.disturbedUntilMs < askedAtMs;
        if (isHealthy || !isSame || !wasLeftAlone) return;
        this.books.violations.push(`${process.name} was up and not healthy`);
      });
    }
  }
}

function described({ what, holdMs }: Fault): string {
  return holdMs === 0 ? what : `${what} for ${holdMs} ms`;
}

/** `proffer verify` beside the service; what it found. */
function verified(service: FaultedService): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, 'verify', '--wait', '30'],
      // The deadlines of the service are short on purpose; this one only looks.
      { env: { ...service.env, PROFFER_REDIS_DEADLINE_MS: '20000' } },
      (error, stdout, stderr) => resolve(error === null ? [] : [`verify: ${stdout}${stderr}`]),
    );
  });
}
