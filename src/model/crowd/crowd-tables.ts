// The crowd's tables in this process: what comes of the facts that it was told. Facts are applied in the
// order in which they were told; their item numbers are those of `items` (fact-reader.ts sees to that).
// A number that is forgotten stays in other items' lists until it becomes another's: items are forgotten
// in batches, and one walk through all lists drops a whole batch.

import {
  BASKET_PAIRED_MAX,
  type Crowd,
  type Newcomers,
  type NewcomersOf,
  type Ranking,
} from './crowd.ts';
import { emptyColumns, memberColumn } from './crowd-columns.ts';
import { type Fact, WEIGHT_UNIT } from './fact.ts';
import type { ItemTable } from './item-table.ts';
import { NewcomersByName } from './newcomers.ts';
import type { PartnerList } from './partner-table.ts';
import { Rankings } from './rankings.ts';
import { digestOf } from './tables-digest.ts';

export class CrowdTables implements Crowd {
  readonly columns = emptyColumns();
  readonly sessions = this.columns.sessions;
  baskets = 0;
  /** Of more than BASKET_PAIRED_MAX items: counted for items and not for pairs. */
  basketsUnpaired = 0;
  /** How many facts are in. */
  facts = 0;
  readonly #gone = new Set<number>();
  readonly #rankings: Rankings;
  readonly #newcomers: NewcomersByName;

  /** @param epoch the learner's run */
  constructor(
    readonly items: ItemTable,
    readonly epoch = '',
  ) {
    this.#newcomers = new NewcomersByName(items, (item) => this.sessions.countWith(item));
    this.#rankings = new Rankings(items, this.columns.recent, this.#newcomers);
  }

  get version(): string {
    return `${this.epoch}:${this.facts}`;
  }

  basketsWith(item: number): number {
    return this.columns.basketsWith.at(item);
  }

  boughtWith(item: number): PartnerList {
    return this.columns.boughtWith.of(item);
  }

  purchasesFollowed(item: number): number {
    return this.columns.followed.at(item);
  }

  boughtAfter(item: number): PartnerList {
    return this.columns.boughtAfter.of(item);
  }

  interest(item: number): number {
    return this.columns.interest.at(item);
  }

  interestedInBoth(item: number): PartnerList {
    return this.columns.shared.of(item);
  }

  customersWithBoth(item: number): PartnerList {
    const { length, items, others } = this.columns.shared.of(item);
    return { length, items, counts: others, others: NONE };
  }

  newcomers(by: NewcomersOf, name: string, nowMs: number): Newcomers {
    return this.#newcomers.of(this.version, by, name, nowMs);
  }

  trending(nowMs: number, category: string | null): Ranking {
    return this.#rankings.trending(this.version, nowMs, category);
  }

  popular(nowMs: number, category: string | null, member: string | null = null): Ranking {
    const { weights, byMember } = this.columns;
    if (member === null)
      return this.#rankings.popular(this.version, nowMs, weights.values, WEIGHT_UNIT, category);
    const values = byMember.get(member)?.values;
    return values === undefined
      ? NO_RANKING
      : this.#rankings.popularAmong(member, this.version, values, WEIGHT_UNIT);
  }

  apply(fact: Fact): void {
    this.facts++;
    if ('item' in fact && fact.item < 0) {
      this.#withoutRoom(fact);
      return;
    }
    switch (fact.kind) {
      case 'item':
        this.#begin(fact.item);
        return;
      case 'seen': {
        const itemId = this.items.idOf(fact.item);
        if (itemId !== '') this.items.sight(itemId, fact.sighting);
        return;
      }
      case 'forget':
        this.#forget(fact.item);
        return;
      case 'interaction':
        this.#interaction(fact);
        return;
      case 'basket':
        this.#basket(fact.items);
        return;
      case 'followed':
        for (const before of fact.before) {
          this.columns.followed.add(before, 1);
          for (const after of fact.after) this.columns.boughtAfter.add(before, after, 1);
        }
    }
  }

  /** The same for the same tables, in whatever numbers, and in whatever order customers were learned. */
  digest(): string {
    this.sweep();
    return digestOf(this);
  }

  /** Of an item that there is no room for; the session that ended all the same has ended. */
  #withoutRoom(fact: Fact): void {
    if (fact.kind === 'interaction' && fact.begins) this.columns.sessions.begin(fact.session);
  }

  #begin(item: number): void {
    if (this.#gone.has(item)) this.sweep();
  }

  #forget(item: number): void {
    const { columns } = this;
    for (const column of [columns.basketsWith, columns.followed, columns.interest, columns.weights])
      column.clear(item);
    for (const column of columns.byMember.values()) column.clear(item);
    for (const partners of [columns.boughtWith, columns.boughtAfter, columns.shared])
      partners.forget(item);
    columns.recent.forget(item);
    columns.sessions.forget(item);
    this.#gone.add(item);
    this.items.release(item);
  }

  /** Drops what was forgotten from all lists now; before they are copied. */
  sweep(): void {
    if (this.#gone.size === 0) return;
    const isGone = (item: number) => this.#gone.has(item);
    const { boughtWith, boughtAfter, shared, sessions } = this.columns;
    for (const table of [boughtWith, boughtAfter, shared, sessions]) table.sweep(isGone);
    this.#gone.clear();
  }

  #interaction(fact: Extract<Fact, { kind: 'interaction' }>): void {
    const { columns } = this;
    const { item } = fact;
    const weight = Math.round(fact.weight * WEIGHT_UNIT);
    columns.weights.add(item, weight);
    if (fact.members !== undefined)
      for (const member of fact.members) memberColumn(columns, member).add(item, weight);
    columns.recent.add(item, fact.atMs);
    columns.interest.add(item, fact.interest);
    if (fact.session >= 0) {
      if (fact.begins) columns.sessions.begin(fact.session);
      columns.sessions.add(fact.session, item, fact.atMs);
    }
    for (const pair of fact.pairs) {
      columns.shared.add(item, pair.item, pair.interest, pair.customers);
      columns.shared.add(pair.item, item, pair.interest, pair.customers);
    }
  }

  #basket(items: readonly number[]): void {
    const { basketsWith, boughtWith } = this.columns;
    this.baskets++;
    for (const item of items) basketsWith.add(item, 1);
    if (items.length > BASKET_PAIRED_MAX) {
      this.basketsUnpaired++;
      return;
    }
    for (const item of items)
      for (const other of items) if (other !== item) boughtWith.add(item, other, 1);
  }
}

const NONE = new Float64Array(0);
const NO_RANKING: Ranking = { length: 0, items: new Int32Array(0), scores: NONE };
