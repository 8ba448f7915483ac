// The crowd's tables as a list of what they hold: a snapshot. It is told like facts, in the teller's
// numbers, and facts go on from there.

import type { ItemSighting } from '../item.ts';
import { type CrowdColumns, memberColumn } from './crowd-columns.ts';
import type { CrowdTables } from './crowd-tables.ts';
import type { FactReader } from './fact-reader.ts';
import type { PartnerTable } from './partner-table.ts';

/** Items beside one, with one or two counts each. */
type HeldPartners = readonly [items: number[], counts: number[], others: number[]];

export type Held =
  /** All items come first. */
  | {
      readonly kind: 'held_item';
      readonly item: number;
      readonly itemId: string;
      readonly seen: ItemSighting | null;
    }
  | {
      readonly kind: 'held_counts';
      readonly item: number;
      /** Baskets, purchases followed, interest, weights. */
      readonly numbers: readonly number[];
      /** Weights by memberKey; absent = none. */
      readonly byMember?: readonly (readonly [member: string, weight: number])[];
      readonly boughtWith: HeldPartners;
      readonly boughtAfter: HeldPartners;
      readonly shared: HeldPartners;
    }
  | {
      readonly kind: 'held_session';
      readonly session: number;
      readonly atMs: number;
      readonly items: readonly number[];
    }
  | {
      readonly kind: 'held_recent';
      readonly long: boolean;
      readonly piece: number;
      readonly items: readonly number[];
      readonly counts: readonly number[];
    }
  | {
      readonly kind: 'held_totals';
      readonly baskets: number;
      readonly basketsUnpaired: number;
      readonly facts: number;
    };

/** @param tellers the teller's number of an item of the tables */
export function* heldOf(
  tables: CrowdTables,
  tellers: (item: number) => number,
): Generator<Held, void, undefined> {
  const { items, columns } = tables;
  const known: number[] = [];
  for (let item = 0; item < items.size; item++) {
    const told = tellers(item);
    if (told < 0 || items.idOf(item) === '') continue;
    known.push(item);
    yield { kind: 'held_item', item: told, itemId: items.idOf(item), seen: items.sightingOf(item) };
  }
  const { basketsWith, followed, interest, weights } = columns;
  for (const item of known) {
    yield {
      kind: 'held_counts',
      item: tellers(item),
      numbers: [basketsWith, followed, interest, weights].map((column) => column.at(item)),
      ...byMember(columns, item),
      boughtWith: partnersOf(columns.boughtWith, item, tellers),
      boughtAfter: partnersOf(columns.boughtAfter, item, tellers),
      shared: partnersOf(columns.shared, item, tellers),
    };
  }
  const { sessions } = columns;
  for (let session = 0; session < sessions.size; session++) {
    const length = sessions.lengthOf(session);
    if (length === 0) continue;
    const start = sessions.startOf(session);
    const held = Array.from(sessions.items.subarray(start, start + length), tellers);
    yield { kind: 'held_session', session, atMs: sessions.timeOf(session), items: held };
  }
  for (const long of [false, true]) {
    const pieces = long ? columns.recent.long : columns.recent.short;
    for (const [piece, counts] of pieces.byPiece) {
      const with_ = known.filter((item) => (counts[item] ?? 0) > 0);
      const told = with_.map(tellers);
      yield { kind: 'held_recent', long, piece, items: told, counts: with_.map((i) => counts[i]!) };
    }
  }
  const { baskets, basketsUnpaired, facts } = tables;
  yield { kind: 'held_totals', baskets, basketsUnpaired, facts };
}

/** Puts what another table held into tables that hold nothing else. */
export function takeHeld(reader: FactReader, held: Held): void {
  const { tables } = reader;
  const { columns } = tables;
  switch (held.kind) {
    case 'held_item':
      reader.meet(held.item, held.itemId);
      if (held.seen !== null) tables.items.sight(held.itemId, held.seen);
      return;
    case 'held_counts': {
      const item = reader.ownOf(held.item);
      if (item < 0) return;
      const { basketsWith, followed, interest, weights } = columns;
      [basketsWith, followed, interest, weights].forEach((column, i) => {
        const value = held.numbers[i] ?? 0;
        if (value !== 0) column.add(item, value);
      });
      for (const [member, weight] of held.byMember ?? [])
        memberColumn(columns, member).add(item, weight);
      putPartners(columns.boughtWith, item, held.boughtWith, reader);
      putPartners(columns.boughtAfter, item, held.boughtAfter, reader);
      putPartners(columns.shared, item, held.shared, reader);
      return;
    }
    case 'held_session':
      columns.sessions.begin(held.session);
      for (const told of held.items) {
        const item = reader.ownOf(told);
        if (item >= 0) columns.sessions.add(held.session, item, held.atMs);
      }
      return;
    case 'held_recent': {
      const pieces = held.long ? columns.recent.long : columns.recent.short;
      held.items.forEach((told, i) => {
        const item = reader.ownOf(told);
        if (item >= 0) pieces.add(item, held.piece * pieces.pieceMs, held.counts[i]!);
      });
      return;
    }
    case 'held_totals':
      tables.baskets = held.baskets;
      tables.basketsUnpaired = held.basketsUnpaired;
      tables.facts = held.facts;
  }
}

function byMember(columns: CrowdColumns, item: number) {
  if (columns.byMember.size === 0) return null;
  const weights = Array.from(columns.byMember, ([key, column]) => [key, column.at(item)] as const);
  return { byMember: weights.filter(([, weight]) => weight !== 0) };
}

function partnersOf(
  table: PartnerTable,
  item: number,
  tellers: (item: number) => number,
): HeldPartners {
  const { length, items, counts, others } = table.of(item);
  const at: number[] = [];
  for (let k = 0; k < length; k++) if (tellers(items[k]!) >= 0) at.push(k);
  return [
    at.map((k) => tellers(items[k]!)),
    at.map((k) => counts[k]!),
    others.length === 0 ? [] : at.map((k) => others[k]!),
  ];
}

function putPartners(
  table: PartnerTable,
  item: number,
  [items, counts, others]: HeldPartners,
  reader: FactReader,
): void {
  for (let k = 0; k < items.length; k++) {
    const partner = reader.ownOf(items[k]!);
    if (partner >= 0) table.add(item, partner, counts[k]!, others[k] ?? 0);
  }
}
