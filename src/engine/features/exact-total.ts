// Hot path. Totals of money without drift. An amount of whole hundredths is added as an integer:
// exact, independent of order, and 1 to 5 bytes where a double takes 9. Only other amounts (or
// totals past 2^53 hundredths) go to a double with Neumaier's compensation.

/** In doubles: the sum, and the compensation where it is not 0. */
type Doubles = readonly [number] | readonly [number, number];

/** Stored total: hundredths as an integer, or doubles. */
export type StoredTotal = number | Doubles;

const ZERO: Doubles = [0];

/** Hundredths of an amount that is exactly a number of them, else NaN. */
function hundredthsOf(amount: number): number {
  const hundredths = Math.round(amount * 100);
  return Number.isSafeInteger(hundredths) && hundredths / 100 === amount ? hundredths : Number.NaN;
}

/** The total with one finite amount added; saturates at the largest double. 0 is an empty total. */
export function addToTotal(total: StoredTotal, amount: number): StoredTotal {
  if (typeof total === 'number') {
    const sum = total + hundredthsOf(amount);
    if (Number.isSafeInteger(sum)) return sum;
  }
  const doubles = new CompensatedSum();
  if (typeof total === 'number') doubles.add(total / 100);
  else doubles.load(total);
  doubles.add(amount);
  return doubles.store();
}

/** Two totals as one: exact as long as both are hundredths. */
export function uniteTotals(a: StoredTotal, b: StoredTotal): StoredTotal {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  const doubles = new CompensatedSum();
  for (const total of [a, b]) {
    if (typeof total === 'number') doubles.add(total / 100);
    else for (const part of total) doubles.add(part);
  }
  return doubles.store();
}

/** Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974. */
class CompensatedSum {
  private sum = 0;
  private carried = 0;

  load(stored: Doubles): void {
    this.sum = stored[0];
    this.carried = stored[1] ?? 0;
  }

  add(amount: number): void {
    const { sum } = this;
    const next = sum + amount;
    if (!Number.isFinite(next)) {
      this.sum = next > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
      this.carried = 0;
      return;
    }
    this.carried += Math.abs(sum) >= Math.abs(amount) ? sum - next + amount : amount - next + sum;
    this.sum = next;
  }

  store(): Doubles {
    return this.carried === 0 ? [this.sum] : [this.sum, this.carried];
  }

  get value(): number {
    const value = this.sum + this.carried;
    return Number.isFinite(value) ? value : this.sum;
  }
}

/** Adds stored totals up, one at a time; `start` makes it ready for the next. */
export class TotalReader {
  private hundredths = 0;
  private readonly doubles = new CompensatedSum();

  start(): void {
    this.hundredths = 0;
    this.doubles.load(ZERO);
  }

  add(total: StoredTotal): void {
    if (typeof total === 'number') {
      this.hundredths += total;
      return;
    }
    this.doubles.add(total[0]);
    if (total[1] !== undefined) this.doubles.add(total[1]);
  }

  /** The sum of what was added. Call it once. */
  finish(): number {
    if (this.hundredths !== 0) this.doubles.add(this.hundredths / 100);
    return this.doubles.value;
  }
}
