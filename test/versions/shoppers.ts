// Clients of a shop under load, each with customers of its own: every call goes to one of the gateways
// at random, now and then what was acknowledged is sent again to any of them, and every answer is
// looked at.

import { setTimeout as elapsed } from 'node:timers/promises';
import { waitFor } from '../support/conditions.ts';
import { type HttpAnswer, type HttpClient, httpClient } from '../support/http-client.ts';
import { type Random, seeded } from '../support/seeded.ts';
import { Books, type Json } from './books.ts';
import { type Job, Jobs } from './jobs.ts';

const CLIENTS = 12;
const CUSTOMERS_OF_EACH = 40;
const SHARED_BY_ALL = 5;
/** Between two calls of a client: what gateways can take is not the question. */
const PAUSE_MS = 20;
const REPEATED_SHARE = 0.1;
/** Of calls that are answered by what lies in the side log by now, or nowhere but in a state. */
const OLD_SHARE = 0.03;
const OLD_MAX = 500;
const DEADLINE_MS = 300_000;
/** So many faults, and nothing more is tried. */
const FAULTS_MAX = 20;

/** An answer that would be the same for ever. */
const REFUSED = 'refused';

export class Shoppers {
  readonly books = new Books();
  /** Where calls go. */
  gateways: readonly string[] = [];
  /** The feature that every gateway counts for certain; null while that changes. */
  certain: string | null = null;
  /** Those with one call at a time. */
  readonly alone: readonly string[];
  readonly shared: readonly string[];
  private readonly http: HttpClient;
  private readonly random: Random;
  private readonly old: { readonly job: Job; readonly answer: Json }[] = [];
  private isOpen = false;
  private running: Promise<unknown> = Promise.resolve();
  private readonly jobs: readonly Jobs[];

  constructor(writeKey: string, seed: number) {
    this.http = httpClient(writeKey, CLIENTS);
    this.random = seeded(seed);
    const { books, random } = this;
    const shared = Array.from({ length: SHARED_BY_ALL }, (_, i) => `shared-${i}`);
    const own = Array.from({ length: CLIENTS }, (_, k) =>
      Array.from({ length: CUSTOMERS_OF_EACH }, (_, i) => `c${k}-${i}`),
    );
    this.jobs = own.map(
      (ofOne, k) =>
        new Jobs({
          ...{ books, random, name: `m${k}`, own: ofOne, shared },
          certain: () => this.certain,
        }),
    );
    this.alone = own.flat();
    this.shared = shared;
  }

  open(): void {
    this.isOpen = true;
    this.running = Promise.all(this.jobs.map((jobs) => this.run(jobs)));
  }

  /** Resolves when everything that was sent is acknowledged. */
  async pause(): Promise<void> {
    this.isOpen = false;
    await this.running;
  }

  close(): void {
    this.http.close();
  }

  /** Resolves when so many more calls were acknowledged. */
  async served(more: number): Promise<void> {
    const until = this.books.acknowledged + more;
    const { books } = this;
    const isOver = () => books.acknowledged >= until || books.faults.length >= FAULTS_MAX;
    await waitFor(`${more} answers`, isOver, DEADLINE_MS);
    if (books.faults.length >= FAULTS_MAX) throw new Error(books.faults.join('\n'));
  }

  /** One event of each of these customers, at one gateway, in a pause. */
  async visit(customers: readonly string[], gateway: string): Promise<void> {
    const everywhere = this.gateways;
    this.gateways = [gateway];
    for (const id of customers) await this.untilAcknowledged(this.jobs[0]!.visit(id));
    this.gateways = everywhere;
  }

  private async run(jobs: Jobs): Promise<void> {
    while (this.isOpen) {
      await this.untilAcknowledged(jobs.next());
      await elapsed(PAUSE_MS);
    }
  }

  private async untilAcknowledged(job: Job): Promise<void> {
    const { old, random } = this;
    let answer: Json = null;
    let tries = 0;
    while (answer === null) {
      if (tries++ > 0) await elapsed(20);
      answer = await this.send(job);
    }
    if (answer === REFUSED) return;
    // Counted, if only its answer was lost: then it is known as a duplicate.
    if (tries === 1 && isDuplicate(answer)) this.fault(job, answer, 'a duplicate of nothing');
    for (const what of job.enter(answer)) this.fault(job, answer, what);
    if (random() < REPEATED_SHARE) await this.repeat(job, answer, job.isAlone);
    if (random() < OLD_SHARE && old.length > 0) {
      const earlier = random.pick(old);
      await this.repeat(earlier.job, earlier.answer, false);
    }
    if (old.length < OLD_MAX) old.push({ job, answer });
    else if (random() < 0.2) old[random.below(OLD_MAX)] = { job, answer };
  }

  /** @param isLast whether the customer's last call, so that the answer is still kept */
  private async repeat(job: Job, first: Json, isLast: boolean): Promise<void> {
    const again = await this.send(job);
    if (again === null || again === REFUSED) return;
    this.books.repeated++;
    if (job.path !== '/v1/decide' && !isDuplicate(again)) this.fault(job, again, 'counted twice');
    const [before, now] = [decisionsOf(first), decisionsOf(again)];
    const isSame = now.every((decisions, i) => {
      return decisions === before[i] || (!isLast && decisions === '[]');
    });
    // The same answer was kept, or of one that is long ago nothing.
    if (!isSame) this.fault(job, again, `answered before with ${JSON.stringify(first)}`);
  }

  /** One try. @returns the answer of a 200; null where it may be sent again; or that it may not */
  private async send(job: Job): Promise<Json> {
    const { books } = this;
    let answer: HttpAnswer;
    try {
      answer = await this.http.post(`${this.random.pick(this.gateways)}${job.path}`, job.body);
    } catch {
      books.cutOff++;
      return null;
    }
    if (answer.status === 200) {
      books.acknowledged++;
      return JSON.parse(answer.text);
    }
    this.fault(job, answer.text, `answered with ${answer.status}`);
    return answer.status === 503 || answer.status === 429 ? null : REFUSED;
  }

  private fault({ path, body }: Job, answer: Json, what: string): void {
    const text = `${path} ${JSON.stringify(body)}: ${what}: ${JSON.stringify(answer)}`;
    this.books.faults.push(text);
  }
}

/** Whether all of it had been counted before. */
function isDuplicate(answer: Json): boolean {
  return (answer.results ?? [answer]).every((result: Json) => result.duplicate === true);
}

/** JSON of the decisions in each part of an answer; `[]` where it has none. */
function decisionsOf(answer: Json): readonly string[] {
  return (answer.results ?? [answer]).map(({ decisions }: Json) => JSON.stringify(decisions ?? []));
}
