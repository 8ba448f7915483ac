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
    return addDoubles(total / 100, 0, amount);
  }
  return plus(total, amount);
}

function plus(total: Doubles, amount: number): Doubles {
  return addDoubles(total[0], total[1] ?? 0, amount);
}

/** Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974. */
function addDoubles(sum: number, compensation: number, amount: number): Doubles {
  const next = sum + amount;
  if (!Number.isFinite(next)) return [next > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE];
  const lost = Math.abs(sum) >= Math.abs(amount) ? sum - next + amount : amount - next + sum;
  const carried = compensation + lost;
  return carried === 0 ? [next] : [next, carried];
}

/** Adds stored totals up, one at a time; `start` makes it ready for the next reading. */
export class TotalReader {
  private hundredths = 0;
  private doubles: Doubles = ZERO;

  start(): void {
    this.hundredths = 0;
    this.doubles = ZERO;
  }

  add(total: StoredTotal): void {
    if (typeof total === 'number') {
      this.hundredths += total;
      return;
    }
    this.doubles = plus(this.doubles, total[0]);
    if (total[1] !== undefined) this.doubles = plus(this.doubles, total[1]);
  }

  get value(): number {
    const whole = this.hundredths / 100;
    if (this.doubles === ZERO) return whole;
    const total = plus(this.doubles, whole);
    return total[0] + (total[1] ?? 0);
  }
}
