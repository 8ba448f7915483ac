// What clients have been told, and what must therefore be found: in states, ledger and history.

/** What one customer must have, once everything that was sent is acknowledged. */
export interface CustomerBook {
  clicks: number;
  spent: number;
  /** Events that only time cares for. */
  moves: number;
  /** Decisions: one per click, and those that were asked for. */
  decisions: number;
  /** Of these, for prizes. */
  prizes: number;
  outcomes: number;
}

/** Everything acknowledged since the beginning. */
export interface Totals {
  /** Ledger records: one per submission. */
  records: number;
  events: number;
  /** Of these, clicks: each fires. */
  clicks: number;
  decisions: number;
  outcomes: number;
}

export class Books {
  readonly totals: Totals = { records: 0, events: 0, clicks: 0, decisions: 0, outcomes: 0 };
  /** Timers that came due, and looks that found something. */
  due = 0;
  /** Decisions that were sent to the endpoint. */
  deliveries = 0;
  /** Since the last `turnPage`, by customer. */
  page = new Map<string, CustomerBook>();
  /** The one customer who is there all the time. */
  readonly hot: CustomerBook = emptyBook();
  /** Answers of 200. */
  acknowledged = 0;
  /** Submissions sent again because nobody had acknowledged them. */
  retried = 0;
  /** Submissions sent again although they were acknowledged. */
  repeated = 0;
  /** Answers of 503 and 429. */
  refused = 0;
  /** Requests without an answer. */
  cutOff = 0;
  /** Longest request of those that nothing disturbed, ms. */
  slowestMs = 0;
  /** Longest time without any 200 while clients asked, since `turnPage`; ms. */
  longestGapMs = 0;
  private lastAckAtMs = 0;
  /** What must never happen, and did. */
  readonly violations: string[] = [];

  /** Forgets the customers of the moment that is over. */
  turnPage(): void {
    this.page = new Map();
    this.longestGapMs = 0;
  }

  /** Clients begin to ask: from now on a gap is unavailability. */
  open(): void {
    this.lastAckAtMs = performance.now();
  }

  answered200(): void {
    const nowMs = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.lastAckAtMs);
    this.lastAckAtMs = nowMs;
    this.acknowledged++;
  }

  click(customerId: string, amount: number): void {
    const book = this.of(customerId);
    book.clicks++;
    book.spent += amount;
    book.decisions++;
    this.totals.records++;
    this.totals.events++;
    this.totals.clicks++;
    this.totals.decisions++;
  }

  move(customerId: string): void {
    this.of(customerId).moves++;
    this.totals.records++;
    this.totals.events++;
  }

  decide(customerId: string): void {
    this.of(customerId).decisions++;
    this.totals.records++;
    this.totals.decisions++;
  }

  prize(customerId: string): void {
    this.decide(customerId);
    this.of(customerId).prizes++;
  }

  outcome(customerId: string): void {
    this.of(customerId).outcomes++;
    this.totals.records++;
    this.totals.outcomes++;
  }

  private of(customerId: string): CustomerBook {
    if (customerId === HOT) return this.hot;
    let book = this.page.get(customerId);
    if (book === undefined) {
      book = emptyBook();
      this.page.set(customerId, book);
    }
    return book;
  }
}

/** Gets a third of everything. */
export const HOT = 'hot';

function emptyBook(): CustomerBook {
  return { clicks: 0, spent: 0, moves: 0, decisions: 0, prizes: 0, outcomes: 0 };
}
