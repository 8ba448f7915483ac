// The trending and the popular, put in order when somebody asks and kept until the tables, an item or the
// piece of time are others: whoever asks has them as they are now. That has to cost little, since every
// event of a gateway waits for it: numbers are read column by column, what was among the best tells which
// items need not be looked at, and of a category only its own items are. With 200,000 items the best of all
// take about a millisecond (bench/recommend.ts); one walk that served all categories took a hundred.
// Rejected: putting them in order beforehand, in slices: whoever asks would have those of seconds ago.

import { BestItems } from './best-items.ts';
import type { Ranking } from './crowd.ts';
import type { ItemTable } from './item-table.ts';
import { minuteOf, type NewcomersByName } from './newcomers.ts';
import type { RecentCounts } from './recent-counts.ts';

export const RANKED_MAX = 1_000;
/** Of one category. */
export const CATEGORY_RANKED_MAX = 200;

/** 0 or below = it is not in the ranking. */
type ScoreOf = (item: number) => number;

const nobody = (): readonly number[] => [];

const NOTHING: Ranking = { length: 0, items: new Int32Array(0), scores: new Float64Array(0) };

export class Rankings {
  readonly #trending: Ranked;
  readonly #popular: Ranked;
  /** Of members of segment groups, by memberKey: at most GROUP_MEMBERS_MAX. */
  readonly #popularAmong = new Map<string, Ranked>();

  constructor(
    readonly items: ItemTable,
    readonly recent: RecentCounts,
    readonly newcomers: NewcomersByName,
  ) {
    const isSettled = (item: number) => newcomers.isSettled(item);
    this.#trending = new Ranked(items, isSettled);
    this.#popular = new Ranked(items, isSettled);
  }

  trending(version: string, nowMs: number, category: string | null): Ranking {
    const state = `${version} ${this.recent.pieceOf(nowMs)}`;
    return this.#trending.of(state, category, () => this.recent.rising(nowMs));
  }

  /** @param weights of interactions, by item, in 1/unit */
  popular(
    version: string,
    nowMs: number,
    weights: Float64Array,
    unit: number,
    category: string | null,
  ): Ranking {
    const state = `${version} ${minuteOf(nowMs)}`;
    const { newcomers } = this;
    const scores = () => (item: number) => (weights[item] ?? 0) / unit;
    const newOf = (name: string) => newcomers.of(version, 'category', name, nowMs).items;
    return this.#popular.of(state, category, scores, newOf);
  }

  /** Of one member of a segment group: as `popular`, of all categories. */
  popularAmong(member: string, version: string, weights: Float64Array, unit: number): Ranking {
    let ranked = this.#popularAmong.get(member);
    if (ranked === undefined) {
      ranked = new Ranked(this.items, (item) => this.newcomers.isSettled(item));
      this.#popularAmong.set(member, ranked);
    }
    return ranked.of(version, null, () => (item) => (weights[item] ?? 0) / unit);
  }
}

/** All items, and those of each category that was asked for, in one state of what they are made of. */
class Ranked {
  #state = '';
  /** The best of all as they were, in this state or one before. */
  #best: Ranking = NOTHING;
  readonly #rankings = new Map<string | null, Ranking>();

  /** @param isSettled what a prior is the mean of */
  constructor(
    readonly items: ItemTable,
    readonly isSettled: (item: number) => boolean,
  ) {}

  /** @param newOf what is new in a category; it has a prior */
  of(
    version: string,
    category: string | null,
    scores: () => ScoreOf,
    newOf: (category: string) => readonly number[] = nobody,
  ): Ranking {
    const state = `${version} ${this.items.changes}`;
    if (this.#state !== state) {
      this.#state = state;
      this.#rankings.clear();
    }
    const kept = this.#rankings.get(category);
    if (kept !== undefined) return kept;
    const members = category === null ? null : this.items.inCategory(category);
    // What is no category is not kept: callers may ask for any text.
    if (members?.length === 0) return NOTHING;
    const ranking =
      category === null
        ? this.#ofAll(scores())
        : this.#among(members!, new Set(newOf(category)), scores());
    this.#rankings.set(category, ranking);
    return ranking;
  }

  #ofAll(scoreOf: ScoreOf): Ranking {
    const best = new BestItems(this.items, RANKED_MAX);
    const least = this.#leastOf(scoreOf);
    for (let item = 0, { size } = this.items; item < size; item++) {
      const score = scoreOf(item);
      if (score > 0 && score >= least) this.#offer(best, item, score);
    }
    this.#best = best.ranking();
    return this.#best;
  }

  #among(members: readonly number[], isNew: ReadonlySet<number>, scoreOf: ScoreOf): Ranking {
    const best = new BestItems(this.items, CATEGORY_RANKED_MAX);
    const prior = isNew.size === 0 ? 0 : this.#prior(members, scoreOf);
    for (const item of members) {
      const own = scoreOf(item);
      const score = prior > own && isNew.has(item) ? prior : own;
      if (score > 0) this.#offer(best, item, score);
    }
    return best.ranking();
  }

  /** The mean of those that speak for themselves; 0 = none does. */
  #prior(members: readonly number[], scoreOf: ScoreOf): number {
    let settled = 0;
    let sum = 0;
    for (const item of members) {
      if (!this.isSettled(item)) continue;
      settled++;
      sum += scoreOf(item);
    }
    return settled === 0 ? 0 : sum / settled;
  }

  /** What a score must be at least, since those that were the best have it all; 0 = that is not known. */
  #leastOf(scoreOf: ScoreOf): number {
    const { length, items } = this.#best;
    if (length < RANKED_MAX) return 0;
    let least = Infinity;
    for (const item of items) {
      if (this.items.idOf(item) === '') return 0;
      least = Math.min(least, scoreOf(item));
    }
    return least;
  }

  #offer(best: BestItems, item: number, score: number): void {
    if (this.items.idOf(item) !== '') best.offer(item, score);
  }
}
