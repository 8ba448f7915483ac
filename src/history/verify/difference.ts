// What can differ between ledger, history and states, told in ranges of ledger ids, and the list that
// a comparison collects: neighbours become one range, and its length is bounded.

export type Difference =
  /**
   * `missing_record`: no table has a row of it. `surplus_record`: history has it, and the ledger never
   * wrote it. `ledger_gap`: the ledger should still hold it, and does not.
   */
  | {
      readonly kind: 'missing_record' | 'surplus_record' | 'ledger_gap';
      readonly partition: number;
      /** First and last ledger id, inclusive. */
      readonly first: number;
      readonly last: number;
    }
  /** A part of a partition's keys was lost: nothing else of it can be judged. */
  | {
      readonly kind: 'torn';
      readonly partition: number;
      /** What the ledger has counted, and what of it is marked, as Redis has it. */
      readonly written: number;
      readonly marked: number;
    }
  /** Rows of a table, one or more of each record from `first` to `last`. */
  | {
      readonly kind: 'missing_row' | 'surplus_row' | 'duplicate_row';
      readonly partition: number;
      readonly first: number;
      readonly last: number;
      readonly table: string;
      /** How many rows too few or too many. */
      readonly rows: number;
    }
  | {
      readonly kind: 'customer';
      readonly partition: number;
      readonly customerId: string;
      /** Ledger records that the state counts; null = it cannot be read. */
      readonly state: number | null;
      readonly history: number;
    }
  /** Something is due for a customer some day, and the index of timers does not say so. */
  | {
      readonly kind: 'timer';
      readonly partition: number;
      readonly customerId: string;
    }
  /**
   * `lost`: it was to be delivered, and neither the outbox has it nor history its end. `again`: it has
   * ended, and the outbox has it still. `twice`: history has more than one end of it.
   */
  | {
      readonly kind: 'delivery';
      readonly partition: number;
      readonly deliveryId: string;
      readonly what: 'lost' | 'again' | 'twice';
    }
  | {
      readonly kind: 'budget';
      readonly partition: number;
      /** `offer|limit` */
      readonly field: string;
      /** As Redis counts it; grants, or hundredths. */
      readonly used: number;
      readonly history: number;
    };

/** Ranges (and customers) that are told one by one; the rest is only counted. */
export const DIFFERENCES_MAX = 1_000;

export class Differences {
  readonly list: Difference[] = [];
  /** Records, rows and customers that differ, also those that are not in the list. */
  count = 0;

  constructor(private readonly max = DIFFERENCES_MAX) {}

  /** Whether more can be told one by one. */
  get isFull(): boolean {
    return this.list.length >= this.max;
  }

  note(difference: Difference): void {
    this.count += weightOf(difference);
    const last = this.list.at(-1);
    const merged = last === undefined ? null : joined(last, difference);
    if (merged !== null) this.list[this.list.length - 1] = merged;
    else if (!this.isFull) this.list.push(difference);
  }

  /** Counts what is not told one by one. */
  noteMore(count: number): void {
    this.count += count;
  }
}

function weightOf(difference: Difference): number {
  switch (difference.kind) {
    case 'missing_record':
    case 'surplus_record':
    case 'ledger_gap':
      return difference.last - difference.first + 1;
    case 'missing_row':
    case 'surplus_row':
    case 'duplicate_row':
      return difference.rows;
    case 'customer':
    case 'torn':
    case 'timer':
    case 'budget':
    case 'delivery':
      return 1;
  }
}

/** Both as one, when `next` goes on where `last` ends. */
function joined(last: Difference, next: Difference): Difference | null {
  if (!('first' in last && 'first' in next) || last.kind !== next.kind) return null;
  if (last.partition !== next.partition) return null;
  if (next.first < last.first || next.first > last.last + 1) return null;
  const range = { first: last.first, last: Math.max(last.last, next.last) };
  if (!('table' in last) || !('table' in next)) return { ...last, ...range };
  return last.table === next.table ? { ...last, ...range, rows: last.rows + next.rows } : null;
}

/** The parts of `range` that none of `others` (in order) touches. */
export function without(
  range: { readonly first: number; readonly last: number },
  others: readonly { readonly first: number; readonly last: number }[],
): { first: number; last: number }[] {
  const parts: { first: number; last: number }[] = [];
  let { first } = range;
  for (const other of others) {
    if (other.last < first || other.first > range.last) continue;
    if (other.first > first) parts.push({ first, last: other.first - 1 });
    first = other.last + 1;
  }
  if (first <= range.last) parts.push({ first, last: range.last });
  return parts;
}
