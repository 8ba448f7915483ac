// What time has to have brought, told from what history has: the rows of a customer in the order in
// which they were committed, and the few rules of a catalog, applied to them one after another.

/** Of a catalog whose triggers of time are all of these kinds, without `when` and cooldown. */
export interface TimerRules {
  /** By trigger: so long after one event, unless the other comes; for each key by itself, or not. */
  readonly absences: {
    readonly [trigger: string]: {
      readonly on: string;
      readonly unless: string;
      readonly afterMs: number;
      readonly isKeyed: boolean;
    };
  };
  /** By trigger: its segment is entered so long after the last such event, by time alone. */
  readonly enters: {
    readonly [trigger: string]: { readonly event: string; readonly afterMs: number };
  };
}

/** An event, a timer that was due, or a firing of time's. Of the same record in this order. */
export interface TimedRow {
  readonly customer: string;
  /** Position of its record among those of the customer's partition. */
  readonly record: number;
  readonly what: 'event' | 'due' | 'firing';
  /** Of the event, or of the trigger. */
  readonly name: string;
  /** '' = none. */
  readonly key: string;
  /** When it happened, or was due; epoch ms. */
  readonly atMs: number;
  /** The clock of whoever committed it, epoch ms. */
  readonly clockMs: number;
  /** What became of it; '' of an event. */
  readonly result: string;
}

const ORDER = { event: 0, due: 1, firing: 2 };

/** @returns what was lost, doubled or wrong; empty = all is well. Nothing may be due any more. */
export function brokenLaws(rules: TimerRules, rows: readonly TimedRow[]): readonly string[] {
  const customers = new Map<string, TimedRow[]>();
  for (const row of rows) {
    const of = customers.get(row.customer);
    if (of === undefined) customers.set(row.customer, [row]);
    else of.push(row);
  }
  const faults: string[] = [];
  for (const [customer, of] of customers) {
    of.sort((a, b) => a.record - b.record || ORDER[a.what] - ORDER[b.what]);
    const found = Object.entries(rules.enters).flatMap((enter) => ofEnter(of, enter));
    for (const fault of [...ofAbsences(rules, of), ...found]) faults.push(`${customer}: ${fault}`);
  }
  return faults;
}

/** Each that was armed is due once, and each that was due fires in the same commit. */
function ofAbsences({ absences }: TimerRules, rows: readonly TimedRow[]): readonly string[] {
  const faults: string[] = [];
  const armed = new Map<string, number>();
  const due = new Map<string, string>();
  for (const { what, name, key, atMs, record, result } of rows) {
    const timer = `${name}|${key}`;
    if (what === 'event') {
      for (const [trigger, { on, unless, afterMs, isKeyed }] of Object.entries(absences)) {
        const id = `${trigger}|${isKeyed ? key : ''}`;
        if (name === unless) armed.delete(id);
        if (name === on) armed.set(id, Math.max(armed.get(id) ?? 0, atMs + afterMs));
      }
    } else if (!(name in absences)) {
      // Of an enter.
    } else if (what === 'due') {
      if (armed.get(timer) !== atMs) {
        const wanted = armed.get(timer);
        faults.push(`${timer} was due at ${atMs}, record ${record}, and armed for ${wanted}`);
      }
      if (result !== 'fired') faults.push(`${timer} was ${result} at record ${record}`);
      armed.delete(timer);
      due.set(`${timer}|${record}`, result);
    } else {
      if (due.get(`${timer}|${record}`) !== result) {
        faults.push(`${timer} ${result} at record ${record}, and was not due there`);
      }
      due.delete(`${timer}|${record}`);
    }
  }
  for (const [timer, atMs] of armed) faults.push(`${timer}, armed for ${atMs}, was lost`);
  for (const [timer, result] of due) faults.push(`${timer} was ${result}, without a firing`);
  return faults;
}

/**
 * After the last of its events once; after each before at most once; and never before there was time for
 * it. An event that was held up for so long that the customer's clock is past all that leads nowhere.
 */
function ofEnter(
  rows: readonly TimedRow[],
  [trigger, { event, afterMs }]: readonly [string, TimerRules['enters'][string]],
): readonly string[] {
  const faults: string[] = [];
  let lastMs: number | null = null;
  let asOfMs = 0;
  let entered = 0;
  for (const { what, name, atMs, clockMs, record } of rows) {
    asOfMs = Math.max(asOfMs, clockMs);
    if (what === 'event' && name === event && asOfMs - atMs < afterMs) {
      if (entered > 1) faults.push(`${trigger} fired ${entered} times before record ${record}`);
      lastMs = Math.max(lastMs ?? 0, atMs);
      entered = 0;
    }
    if (what !== 'firing' || name !== trigger) continue;
    entered++;
    if (lastMs === null) faults.push(`${trigger} fired at record ${record} without an event`);
    else if (asOfMs - lastMs < afterMs) {
      faults.push(`${trigger} fired ${asOfMs - lastMs} ms after an event, record ${record}`);
    }
  }
  if (lastMs !== null && entered !== 1) {
    faults.push(`${trigger} fired ${entered} times after the last event, at ${lastMs}`);
  }
  return faults;
}
