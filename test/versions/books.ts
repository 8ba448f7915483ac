// What was acknowledged of each customer, and what must therefore be answered and found.

import { CLICKS, FEW_TIMES, LETTERS, OWN } from './catalogs.ts';

/** Answers of any shape. */
// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
export type Json = any;

export class CustomerBook {
  events = 0;
  /** By placement. */
  readonly decisions: Record<string, number> = { slot: 0, banner: 0, letter: 0 };
  outcomes = 0;
  purchases = 0;
  spent = 0;
  least = Number.POSITIVE_INFINITY;
  most = 0;
  readonly stores = new Set<string>();
  readonly byCategory = new Map<string, number>();
  readonly products = new Set<string>();
  level: number | null = null;
  consents = false;
  clicks = 0;
  letters = 0;
  /** Purchases while the feature of one catalog was certainly counted, by its name. */
  readonly certainly: Record<string, number> = {};

  /** What features must be, where they are simple to count. */
  features(): Json {
    const { purchases, spent, least, most } = this;
    if (purchases === 0) return { n_count: 0, n_sum: 0 };
    return {
      ...{ n_count: purchases, n_sum: spent, n_min: least, n_max: most },
      ...{ n_mean: spent / purchases, n_distinct: this.stores.size, n_formula: purchases * 2 },
      n_count_by: Object.fromEntries([...this.byCategory].sort()),
    };
  }

  /** The bounds of the feature that one catalog has alone: some were sent while it came or went. */
  bounds(name: string): readonly [number, number] {
    let elsewhere = 0;
    for (const other of Object.values(OWN)) {
      if (other !== name) elsewhere += this.certainly[other] ?? 0;
    }
    return [this.certainly[name] ?? 0, this.purchases - elsewhere];
  }

  /** The offer that the next decision of a placement must give; null = none. */
  offerAt(placement: string): string | null {
    const before = this.decisions[placement] ?? 0;
    if (placement === 'slot') return before < FEW_TIMES ? 'few_times' : null;
    if (placement === 'banner') return this.clicks < CLICKS ? 'until_clicked' : null;
    return this.consents && this.letters < LETTERS ? 'news' : null;
  }
}

export class Books {
  readonly customers = new Map<string, CustomerBook>();
  /** Requests that were answered with 200. */
  acknowledged = 0;
  /** Requests sent again though they were acknowledged. */
  repeated = 0;
  /** Requests without an answer. */
  cutOff = 0;
  /** What must never happen, and did. */
  readonly faults: string[] = [];

  of(customerId: string): CustomerBook {
    let book = this.customers.get(customerId);
    if (book === undefined) {
      book = new CustomerBook();
      this.customers.set(customerId, book);
    }
    return book;
  }

  totals(): { events: number; decisions: number; outcomes: number; firings: number } {
    const sum = { events: 0, decisions: 0, outcomes: 0, firings: 0 };
    for (const book of this.customers.values()) {
      sum.events += book.events;
      for (const n of Object.values(book.decisions)) sum.decisions += n;
      sum.outcomes += book.outcomes;
      sum.firings += book.products.size;
    }
    return sum;
  }
}
