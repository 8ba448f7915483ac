// What time should bring, kept as somebody would who has one clock, looks at every minute, and never
// fails: what the real one is compared with.

export interface ModelTimer {
  readonly trigger: string;
  readonly key: string | null;
  dueMs: number;
}

export interface ModelFiring {
  readonly customer: string;
  readonly trigger: string;
  readonly key: string | null;
  readonly dueMs: number;
}

interface Known {
  readonly timers: ModelTimer[];
  /** Trigger → in the segment when last looked at. */
  readonly noted: Map<string, boolean>;
}

export class OneClock {
  readonly firings: ModelFiring[] = [];
  private readonly customers = new Map<string, Known>();

  known(customer: string): Known {
    let known = this.customers.get(customer);
    if (known === undefined) {
      known = { timers: [], noted: new Map() };
      this.customers.set(customer, known);
    }
    return known;
  }

  get ids(): readonly string[] {
    return [...this.customers.keys()];
  }

  arm(customer: string, trigger: string, key: string | null, dueMs: number): void {
    const { timers } = this.known(customer);
    const pending = timers.find((timer) => timer.trigger === trigger && timer.key === key);
    if (pending === undefined) timers.push({ trigger, key, dueMs });
    else pending.dueMs = Math.max(pending.dueMs, dueMs);
  }

  cancel(customer: string, trigger: string, key: string | null): void {
    const known = this.known(customer);
    this.customers.set(customer, {
      ...known,
      timers: known.timers.filter((timer) => timer.trigger !== trigger || timer.key !== key),
    });
  }

  /** What is due until a time. */
  fire(untilMs: number): void {
    for (const [customer, known] of this.customers) {
      const due = known.timers.filter(({ dueMs }) => dueMs <= untilMs);
      for (const { trigger, key, dueMs } of due) {
        this.firings.push({ customer, trigger, key, dueMs });
      }
      this.customers.set(customer, {
        ...known,
        timers: known.timers.filter(({ dueMs }) => dueMs > untilMs),
      });
    }
  }

  /** @param before whether the customer was in just before; asked where nobody has looked yet */
  look(
    customer: string,
    trigger: string,
    isIn: boolean,
    atMs: number,
    before: () => boolean = () => isIn,
  ): void {
    const { noted } = this.known(customer);
    const wasIn = noted.get(trigger) ?? before();
    noted.set(trigger, isIn);
    if (isIn && !wasIn) this.firings.push({ customer, trigger, key: null, dueMs: atMs });
  }

  /** One turns out to be the other. */
  fold(into: string, from: string): void {
    const [target, source] = [this.known(into), this.known(from)];
    for (const { trigger, key, dueMs } of source.timers) this.arm(into, trigger, key, dueMs);
    for (const [trigger, isIn] of source.noted) {
      target.noted.set(trigger, isIn || (target.noted.get(trigger) ?? false));
    }
    this.customers.delete(from);
  }
}
