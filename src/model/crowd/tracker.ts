// The learner's own memory of customers: what they do with items becomes facts. Numbers of items are the
// tracker's; whoever is told the facts has others. A customer's part of every sum is the same in whatever
// order customers come, as long as each one's interactions come in theirs.
//
// Bounded: ITEMS_MAX items (when they are reached, a part of the least seen is forgotten at once, so that
// tables are swept seldom), CUSTOMERS_MAX customers (who was away longest leaves, and is somebody new when
// it comes again), CUSTOMER_DAY_MAX interactions a day, WAITING_MAX steps that wait (waiting-steps.ts).

import { BASKET_PAIRED_MAX, CUSTOMER_DAY_MAX, SESSIONS_MAX } from './crowd.ts';
import { type Fact, INTEREST_HALF_LIFE_MS, type PairFact, WEIGHT_UNIT } from './fact.ts';
import type { Interaction, Joining } from './interaction.ts';
import { KnownItems } from './known-items.ts';
import { newCustomer, type TrackedCustomer } from './tracked-customer.ts';
import { WAITING_MAX, type WaitingStep, WaitingSteps } from './waiting-steps.ts';

export interface TrackerOptions {
  readonly sessionMs: number;
  /** L: where weights have their full size; epoch ms. */
  readonly sinceMs: number;
  readonly itemsMax: number;
  readonly customersMax?: number;
  readonly waitingMax?: number;
}

/** 0.7 KB with one item, 1.9 KB with all that are remembered. */
export const CUSTOMERS_MAX = 200_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EXPONENT_MAX = 12;

export class Tracker {
  readonly #items: KnownItems;
  /** The longest unseen first. */
  readonly #customers = new Map<string, TrackedCustomer>();
  readonly #customersMax: number;
  readonly #waiting = new WaitingSteps();
  /** Counted on for ever; numbers in facts go round. */
  #nextSession = 0;
  /** Interactions that were not learned from: a customer had more than CUSTOMER_DAY_MAX. */
  ignored = 0;

  constructor(readonly options: TrackerOptions) {
    this.#items = new KnownItems(options.itemsMax);
    this.#customersMax = options.customersMax ?? CUSTOMERS_MAX;
  }

  get customers(): number {
    return this.#customers.size;
  }

  /**
   * Facts are in the order in which they have to be applied. Of a survivor they come once all that was
   * before the merge is learned (`passed`).
   */
  learn(happened: Interaction | Joining): readonly Fact[] {
    if (happened.kind === 'join') this.#waiting.join(happened);
    else if (happened.itemIds.length === 0 || happened.kind === 'remove') return NOTHING;
    else if (!this.#waiting.hold(happened)) return this.#interaction(happened);
    const { count, oldest } = this.#waiting;
    return count > (this.options.waitingMax ?? WAITING_MAX) ? this.#take(oldest!, true) : NOTHING;
  }

  /** All that was written when this was called before has been learned since. */
  passed(): readonly Fact[] {
    return this.#waiting.passed().flatMap((into) => this.#take(into, false));
  }

  /** Nothing of what comes is joined with what the customer did before. */
  forget(customerId: string): void {
    this.#waiting.take(customerId, true);
    this.#customers.delete(customerId);
  }

  #take(customerId: string, all: boolean): readonly Fact[] {
    return this.#waiting.take(customerId, all).flatMap((step) => this.#step(step));
  }

  #step(step: WaitingStep): readonly Fact[] {
    if (step.kind !== 'join') return this.#interaction(step);
    // Whom it waits for was joined with somebody before: that was written earlier still.
    const facts = this.#take(step.from, true);
    const from = this.#customers.get(step.from);
    if (from === undefined || step.from === step.into) return facts;
    this.#customers.delete(step.from);
    this.#customerOf(step.into).join(from);
    return facts;
  }

  #interaction(interaction: Interaction): readonly Fact[] {
    const { itemIds, kind, atMs } = interaction;
    const customer = this.#customerOf(interaction.customerId);
    if (!this.#isWithinDay(customer, itemIds.length, atMs)) return [];
    const facts: Fact[] = [];
    const items = this.#meet(interaction, facts);
    const age = this.#ageFactor(atMs);
    const paired = items.length <= BASKET_PAIRED_MAX;
    for (const item of items)
      facts.push(this.#interactionFact(customer, item, interaction, age, paired));
    if (kind === 'purchase' && items.length > 0) this.#purchase(customer, items, atMs, facts);
    return facts;
  }

  /** Where items have little room, one may have left again for another of the same event. */
  #meet({ itemIds, sightings, atMs }: Interaction, facts: Fact[]): number[] {
    const met = itemIds.map((itemId, k) => {
      const item = this.#items.meet(itemId, sightings[k] ?? null, atMs, facts);
      return { item, generation: this.#items.generationOf(item) };
    });
    return met
      .filter(({ item, generation }) => this.#items.generationOf(item) === generation)
      .map(({ item }) => item);
  }

  #customerOf(customerId: string): TrackedCustomer {
    const known = this.#customers.get(customerId);
    if (known !== undefined) this.#customers.delete(customerId);
    const customer = known ?? newCustomer();
    this.#customers.set(customerId, customer);
    if (this.#customers.size > this.#customersMax) {
      for (const first of this.#customers.keys()) {
        this.#customers.delete(first);
        break;
      }
    }
    return customer;
  }

  #isWithinDay(customer: TrackedCustomer, count: number, atMs: number): boolean {
    const day = Math.floor(atMs / DAY_MS);
    if (day > customer.day) {
      customer.day = day;
      customer.ofDay = 0;
    }
    if (customer.ofDay >= CUSTOMER_DAY_MAX) {
      this.ignored += count;
      return false;
    }
    customer.ofDay += count;
    return true;
  }

  /** 2^{(t−L)/H}, in whole hours. */
  #ageFactor(atMs: number): number {
    const elapsedMs = Math.floor((atMs - this.options.sinceMs) / HOUR_MS) * HOUR_MS;
    const exponent = elapsedMs / INTEREST_HALF_LIFE_MS;
    return 2 ** Math.max(-EXPONENT_MAX, Math.min(EXPONENT_MAX, exponent));
  }

  #interactionFact(
    customer: TrackedCustomer,
    item: number,
    { weight, atMs, members }: Interaction,
    age: number,
    paired: boolean,
  ): Fact {
    const before = customer.interestIn(item, this.#items);
    const interest = Math.max(before, weight);
    const pairs: PairFact[] = [];
    if (paired && interest > before) {
      for (const other of customer.others(item, this.#items)) {
        const grown = Math.min(interest, other.interest) - Math.min(before, other.interest);
        const customers = before === 0 ? 1 : 0;
        if (grown > 0 || customers === 1)
          pairs.push({ item: other.item, interest: units(grown * age), customers });
      }
    }
    customer.keepInterest(item, interest, this.#items);
    const place = customer.placeInSession(item, atMs, this.options.sessionMs, this.#items, () =>
      this.#newSession(),
    );
    const session = place.session === -1 ? -1 : place.session % SESSIONS_MAX;
    return {
      ...{ kind: 'interaction', item, atMs, weight, session, begins: place.begins },
      ...{ interest: units((interest - before) * age), pairs },
      ...(members === undefined ? null : { members }),
    };
  }

  #newSession(): number {
    return this.#nextSession++;
  }

  /** What follows is learned of purchases whose items can be paired, in the order of their times. */
  #purchase(customer: TrackedCustomer, items: number[], atMs: number, facts: Fact[]): void {
    facts.push({ kind: 'basket', items });
    if (atMs < customer.boughtAtMs) return;
    const before = customer.boughtNow(items, atMs, this.#items);
    const areFew = before.length <= BASKET_PAIRED_MAX && items.length <= BASKET_PAIRED_MAX;
    if (before.length > 0 && areFew) facts.push({ kind: 'followed', before, after: items });
  }
}

const NOTHING: readonly Fact[] = [];

function units(amount: number): number {
  return Math.round(amount * WEIGHT_UNIT);
}
