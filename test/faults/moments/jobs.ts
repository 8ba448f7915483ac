// What clients send: single events, batches, decisions (some for prizes), outcomes. Most events are clicks,
// the others arm timers and call them off; a third is of one hot customer, the rest of a few customers who
// are there for one moment only.

import { CAP } from '../../support/capped-catalog.ts';
import { prizeQuestion } from '../../support/prizes.ts';
import type { Random } from '../../support/seeded.ts';
import { type Books, HOT } from './books.ts';

/** One thing to send until it is acknowledged. */
export interface Job {
  readonly path: string;
  readonly body: string;
  /** Writes it into the books; called once. */
  enter(): void;
  /** Looks into the first 200; what is wrong with it, or null. */
  check(answer: Json): string | null;
}

/** Answers of any shape. */
// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
export type Json = any;

interface Shown {
  readonly userId: string;
  readonly decisionId: string;
}

const BATCH_MAX = 10;
const CUSTOMERS_PER_MOMENT = 12;
/** Of a customer. */
const TICKETS = 8;
const LATE_MS_MAX = 2_000;

export class Jobs {
  private moment = 0;
  private messages = 0;
  /** Offers that were given and not reported on yet. */
  private readonly shown: Shown[] = [];

  constructor(
    private readonly books: Books,
    private readonly random: Random,
  ) {}

  /** From now on for the customers of this moment, and the hot one. */
  begin(moment: number): void {
    this.moment = moment;
    this.shown.length = 0;
  }

  next(): Job {
    const chance = this.random();
    if (chance < 0.45) return this.track();
    if (chance < 0.7) return this.batch();
    const shown = chance < 0.8 ? this.shown.shift() : undefined;
    if (shown !== undefined) return this.outcome(shown);
    return chance < 0.9 ? this.decide() : this.prize();
  }

  private track(): Job {
    const { event, enter } = this.event();
    return {
      path: '/v1/track',
      body: JSON.stringify(event),
      enter,
      check: (answer) => this.look(event.userId, answer),
    };
  }

  private batch(): Job {
    const events = Array.from({ length: 2 + this.random.below(BATCH_MAX - 1) }, () => this.event());
    return {
      path: '/v1/batch',
      body: JSON.stringify({ batch: events.map(({ event }) => event) }),
      enter: () => {
        for (const { enter } of events) enter();
      },
      check: ({ results }) => {
        if (results?.length !== events.length) return 'not as many results as events';
        for (let i = 0; i < events.length; i++) {
          const fault = this.look(events[i]!.event.userId, results[i]);
          if (fault !== null) return fault;
        }
        return null;
      },
    };
  }

  private decide(): Job {
    const userId = this.customer();
    const body = { userId, placements: ['slot'], messageId: this.messageId() };
    return {
      path: '/v1/decide',
      body: JSON.stringify(body),
      enter: () => this.books.decide(userId),
      check: (answer) => this.look(userId, answer),
    };
  }

  /** All of a moment ask for the same, so that there is not enough of it. */
  private prize(): Job {
    const userId = this.customer();
    const asked = prizeQuestion(this.moment, 1 + this.random.below(8));
    return {
      path: '/v1/decide',
      body: JSON.stringify({ userId, messageId: this.messageId(), ...asked }),
      enter: () => this.books.prize(userId),
      check: (answer) => ('error' in answer ? JSON.stringify(answer.error) : null),
    };
  }

  private outcome({ userId, decisionId }: Shown): Job {
    const about = { userId, decisionId, offerId: 'few_times', outcome: 'click' };
    return {
      path: '/v1/outcomes',
      body: JSON.stringify({ ...about, messageId: this.messageId() }),
      enter: () => this.books.outcome(userId),
      check: () => null,
    };
  }

  private event() {
    const userId = this.random() < 0.33 ? HOT : this.customer();
    const common = { type: 'track', userId, messageId: this.messageId() };
    const chance = this.random();
    if (chance < 0.3) {
      const ticket = `t${this.random.below(TICKETS)}`;
      const properties = { ticket };
      const enter = () => this.books.move(userId);
      if (chance < 0.08) return { event: { ...common, event: 'Returned', properties }, enter };
      // It happened a while ago: some of what it arms is due while the moment lasts.
      const timestamp = new Date(Date.now() - this.random.below(LATE_MS_MAX)).toISOString();
      return { event: { ...common, event: 'Left', properties, timestamp }, enter };
    }
    const amount = this.random.below(100);
    const event = { ...common, event: 'Clicked', properties: { amount } };
    return { event, enter: () => this.books.click(userId, amount) };
  }

  /** Remembers offers for outcomes; what is wrong with an answer. */
  private look(userId: string, answer: Json): string | null {
    if ('error' in answer) return JSON.stringify(answer.error);
    for (const { decisionId, offers } of answer.decisions ?? []) {
      if (offers.length === 0) continue;
      if (userId !== HOT) this.shown.push({ userId, decisionId });
      if (this.shown.length > CUSTOMERS_PER_MOMENT * CAP) this.shown.shift();
    }
    return null;
  }

  private customer(): string {
    return `m${this.moment}-c${this.random.below(CUSTOMERS_PER_MOMENT)}`;
  }

  private messageId(): string {
    return `${this.moment}-${this.messages++}`;
  }
}
