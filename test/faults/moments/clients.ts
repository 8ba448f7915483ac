// Clients under load: what was not acknowledged is sent again, to either gateway, and now and then
// what was. They pause when all of it is acknowledged.

import type { AwakeClock } from '../../support/awake-clock.ts';
import type { Random } from '../../support/seeded.ts';
import type { Books } from './books.ts';
import { type FaultedGateway, REDIS_DEADLINE_MS } from './faulted-service.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { type Job, Jobs, type Json } from './jobs.ts';
import { otherDecisions } from './repeated.ts';

/** A request that nothing disturbs ends within so long, on a busy machine too; ms. */
const REQUEST_MS_MAX = REDIS_DEADLINE_MS * 2 + 4_000;

export class Clients {
  private isPaused = true;
  private hasEnded = false;
  private busy = 0;
  private wakeUps: (() => void)[] = [];
  private readonly jobs: Jobs;
  private readonly running: Promise<void>[];

  constructor(
    private readonly gateways: readonly FaultedGateway[],
    private readonly http: HttpClient,
    private readonly books: Books,
    private readonly random: Random,
    private readonly clock: AwakeClock,
    count: number,
  ) {
    this.jobs = new Jobs(books, random);
    this.running = Array.from({ length: count }, () => this.run());
  }

  /** Sends for customers of this moment. */
  resume(moment: number): void {
    this.jobs.begin(moment);
    this.isPaused = false;
    this.books.open();
    for (const wake of this.wakeUps.splice(0)) wake();
  }

  /** Resolves when everything sent is acknowledged. */
  async pause(): Promise<void> {
    this.isPaused = true;
    while (this.busy > 0) await pause(5);
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    this.isPaused = false;
    for (const wake of this.wakeUps.splice(0)) wake();
    await Promise.all(this.running);
  }

  private async run(): Promise<void> {
    while (!this.hasEnded) {
      if (this.isPaused) {
        await new Promise<void>((resolve) => this.wakeUps.push(resolve));
        continue;
      }
      this.busy++;
      await this.untilAcknowledged(this.jobs.next());
      this.busy--;
      await pause(4 + this.random.below(8));
    }
  }

  private async untilAcknowledged(job: Job): Promise<void> {
    let first: Json = null;
    for (let attempt = 1; ; attempt++) {
      first = await this.send(job);
      if (first !== null && attempt === 1 && isDuplicate(first)) {
        this.books.violations.push(`${job.path} ${job.body}: counted before it was sent`);
      }
      if (first !== null || this.hasEnded) break;
      this.books.retried++;
      await pause(15 + this.random.below(30));
    }
    if (first === null) return;
    job.enter();
    const fault = job.check(first);
    if (fault !== null) this.books.violations.push(`${job.path} ${job.body}: ${fault}`);
    if (this.random() > 0.08) return;
    this.books.repeated++;
    const again = await this.send(job);
    if (again !== null) this.compare(job, first, again);
  }

  /** What is counted already is answered as before, or with nothing; never with something else. */
  private compare(job: Job, first: Json, again: Json): void {
    const isCounted =
      job.path === '/v1/decide' || job.path === '/v1/outcomes' || isDuplicate(again);
    if (isCounted && otherDecisions(first, again).length === 0) return;
    const answers = `${JSON.stringify(again)} after ${JSON.stringify(first)}`;
    this.books.violations.push(`${job.path} ${job.body}: done twice, ${answers}`);
  }

  /** One try. @returns the answer of a 200, null otherwise */
  private async send(job: Job): Promise<Json> {
    const { books } = this;
    const gateway = this.random.pick(this.gateways);
    const sentAtMs = performance.now();
    const sentAwakeMs = this.clock.nowMs();
    let answer: HttpAnswer;
    try {
      answer = await this.http.post(gateway.port, job.path, job.body);
    } catch {
      books.cutOff++;
      return null;
    } finally {
      this.watchTime(gateway, job, sentAtMs, sentAwakeMs);
    }
    if (answer.status === 200) {
      books.answered200();
      return JSON.parse(answer.text);
    }
    const isRefusal = answer.status === 503 || answer.status === 429;
    if (!isRefusal || !(Number(answer.retryAfter) > 0)) {
      const { status, retryAfter, text } = answer;
      books.violations.push(`${job.path}: ${status}, Retry-After ${retryAfter}, ${text}`);
    }
    books.refused++;
    return null;
  }

  /** A pause of the machine, which stands still for seconds now and then, is nobody's fault. */
  private watchTime(gateway: FaultedGateway, job: Job, sentAtMs: number, awakeMs: number): void {
    if (gateway.disturbances > 0 || gateway.disturbedUntilMs > sentAtMs) return;
    const tookMs = this.clock.nowMs() - awakeMs;
    this.books.slowestMs = Math.max(this.books.slowestMs, tookMs);
    if (tookMs < REQUEST_MS_MAX) return;
    this.books.violations.push(`${job.path} took ${Math.round(tookMs)} ms at ${gateway.directUrl}`);
  }
}

/** Whether all of it had been counted before. */
function isDuplicate(answer: Json): boolean {
  return (answer.results ?? [answer]).every((result: Json) => result.duplicate === true);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
