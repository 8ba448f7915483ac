// What customers do: purchases, pages, identifies, batches, questions and outcomes; and what each must
// be answered. Customers of one client have one call at a time, so their answers are known; those whom
// all clients share come to both gateways at once, and only their sums are.

import type { Random } from '../support/seeded.ts';
import type { Books, CustomerBook, Json } from './books.ts';
import { CATEGORIES, PRODUCTS } from './catalogs.ts';

/** One thing to send until it is acknowledged. */
export interface Job {
  readonly path: string;
  readonly body: Json;
  /** Whether all of its customers have one call at a time. */
  readonly isAlone: boolean;
  /** Writes its first answer into the books; what is wrong with it. Called once. */
  enter(answer: Json): string[];
}

interface EventOf {
  readonly event: Json;
  enter(result: Json): string[];
}

const BATCH_MAX = 4;
const SHARED_SHARE = 0.15;

export interface JobsParts {
  readonly books: Books;
  readonly random: Random;
  /** Before all message ids of these jobs. */
  readonly name: string;
  readonly own: readonly string[];
  readonly shared: readonly string[];
  /** The feature that both gateways count for certain, null while that changes. */
  certain(): string | null;
}

export class Jobs {
  private serial = 0;
  /** A decision of one of the own customers with an offer nobody has reported on. */
  private shown: { readonly userId: string; readonly decision: Json } | null = null;

  constructor(private readonly parts: JobsParts) {}

  next(): Job {
    const { random, own, shared } = this.parts;
    if (random() < SHARED_SHARE) return this.single(random.pick(shared), false);
    const chance = random();
    if (chance < 0.2) return this.batch();
    if (chance < 0.4) return this.question(random.pick(own));
    if (chance < 0.55 && this.shown !== null) return this.outcome();
    return this.single(random.pick(own), true);
  }

  /** A page, of any customer. */
  visit(userId: string): Job {
    const { event, enter } = this.page(userId);
    return { path: '/v1/page', body: event, isAlone: false, enter };
  }

  private single(userId: string, isAlone: boolean): Job {
    const { event, enter } = this.event(userId, isAlone);
    return { path: `/v1/${event.type}`, body: event, isAlone, enter };
  }

  private batch(): Job {
    const { random, own } = this.parts;
    const count = 2 + random.below(BATCH_MAX - 1);
    const events = Array.from({ length: count }, () => this.event(random.pick(own), true));
    return {
      path: '/v1/batch',
      body: { batch: events.map(({ event }) => event) },
      isAlone: true,
      enter: ({ results }) => events.flatMap(({ enter }, i) => enter(results?.[i] ?? {})),
    };
  }

  private event(userId: string, isAlone: boolean): EventOf {
    const chance = this.parts.random();
    if (chance < 0.6) return this.purchase(userId, isAlone);
    return chance < 0.8 && isAlone ? this.identify(userId) : this.page(userId);
  }

  private purchase(userId: string, isAlone: boolean): EventOf {
    const { random, books } = this.parts;
    const category = `c${random.below(CATEGORIES)}`;
    const product = `p${random.below(PRODUCTS)}`;
    const price = 1 + random.below(100);
    const store = `s${random.below(5)}`;
    const certain = this.parts.certain();
    const properties = { category, product, price, store, a: 1, b: 1, c: 1 };
    return {
      event: { ...this.who(userId), type: 'track', event: 'Bought', properties },
      enter: (result) => {
        const book = books.of(userId);
        book.events++;
        book.purchases++;
        book.spent += price;
        book.least = Math.min(book.least, price);
        book.most = Math.max(book.most, price);
        book.stores.add(store);
        book.byCategory.set(category, (book.byCategory.get(category) ?? 0) + 1);
        const wanted = book.products.has(product) ? 0 : 1;
        book.products.add(product);
        if (certain !== null && certain === this.parts.certain()) {
          book.certainly[certain] = (book.certainly[certain] ?? 0) + 1;
        }
        const faults = this.decided(book, userId, isAlone, result.decisions);
        if (!isAlone || result.decisions?.length === wanted) return faults;
        return [...faults, `${wanted} decisions wanted`];
      },
    };
  }

  private page(userId: string): EventOf {
    return {
      event: { ...this.who(userId), type: 'page', name: 'Home' },
      enter: () => {
        this.parts.books.of(userId).events++;
        return [];
      },
    };
  }

  private identify(userId: string): EventOf {
    const { random, books } = this.parts;
    const level = random.below(1_000);
    const consent = { categoryPreferences: { marketing: true } };
    const context = random() < 0.5 ? { context: { consent } } : {};
    return {
      event: { ...this.who(userId), type: 'identify', traits: { tier: { level } }, ...context },
      enter: () => {
        const book = books.of(userId);
        book.events++;
        book.level = level;
        book.consents ||= 'context' in context;
        return [];
      },
    };
  }

  private question(userId: string): Job {
    const { random, books } = this.parts;
    const placements = ['slot', 'banner', 'letter'].filter(() => random() < 0.6);
    if (placements.length === 0) placements.push('banner');
    return {
      path: '/v1/decide',
      body: { ...this.who(userId), placements },
      isAlone: true,
      enter: ({ decisions }) => {
        const faults = this.decided(books.of(userId), userId, true, decisions);
        const found = decisions?.map(({ placement }: Json) => placement).join();
        return found === placements.join() ? faults : [...faults, 'other placements'];
      },
    };
  }

  private outcome(): Job {
    const { userId, decision } = this.shown!;
    this.shown = null;
    const { decisionId, placement, offers } = decision;
    const isClick = placement === 'banner';
    const outcome = isClick ? 'click' : 'impression';
    return {
      path: '/v1/outcomes',
      body: { ...this.who(userId), decisionId, offerId: offers[0].offerId, outcome },
      isAlone: true,
      enter: () => {
        const book = this.parts.books.of(userId);
        book.outcomes++;
        if (isClick) book.clicks++;
        return [];
      },
    };
  }

  private who(userId: string): { readonly userId: string; readonly messageId: string } {
    return { userId, messageId: `${this.parts.name}-${this.serial++}` };
  }

  /** Counts the decisions of an answer, and says what is wrong with them. */
  private decided(book: CustomerBook, userId: string, isAlone: boolean, all: Json): string[] {
    if (!Array.isArray(all)) return ['no decisions in it'];
    return all.flatMap((decision) => {
      const { placement, offers } = decision;
      const wanted = book.offerAt(placement);
      book.decisions[placement] = (book.decisions[placement] ?? 0) + 1;
      const offer = offers[0];
      if (offer?.offerId === 'news') book.letters++;
      if (!isAlone) return [];
      if (offer !== undefined) this.shown = { userId, decision };
      if ((offer?.offerId ?? null) !== wanted) return [`${wanted} wanted at ${placement}`];
      if (placement !== 'slot' || offer === undefined) return [];
      const isCounted = new RegExp(`^[abc] ${book.purchases}$`).test(offer.treatment.title);
      return isCounted ? [] : [`${book.purchases} purchases wanted in it`];
    });
  }
}
