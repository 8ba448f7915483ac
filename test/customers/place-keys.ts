// What two models are the same by. A customer is told to be the same by a number, and folds by those of their two:
// written out, each fold has all that was before it twice.

import type { Kept } from './kept-customer.ts';
import type { OneAtATime } from './one-at-a-time.ts';

export class PlaceKeys {
  private readonly numbers = new WeakMap<Kept, number>();
  private readonly byText = new Map<string, number>();

  of(model: OneAtATime, more: readonly unknown[]): string {
    const { customers } = model.people;
    const numbers = [...customers.values()].map((each) => this.numberOf(each));
    return JSON.stringify([model, numbers.sort(), more], (_, value) =>
      value === customers ? null : plain(value),
    );
  }

  private numberOf(customer: Kept): number {
    let number = this.numbers.get(customer);
    if (number !== undefined) return number;
    const log = customer.log.map((entry) =>
      entry.kind === 'told'
        ? [entry.under, entry.told]
        : [entry.id, this.numberOf(entry.from), this.numberOf(entry.into)],
    );
    const text = JSON.stringify({ ...customer, log }, (_, value) => plain(value));
    number = this.byText.get(text) ?? this.byText.size;
    this.byText.set(text, number);
    this.numbers.set(customer, number);
    return number;
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].sort();
  return value instanceof Set ? [...value].sort() : value;
}
