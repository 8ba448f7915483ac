// What the tables hold as one short text: hashes of all that is held, by item ids, added up. Sums do not
// depend on order, nor on numbers. Two tables that differ have the same one with a chance of 2^-62 or so.

import { murmur3 } from '../hash.ts';
import type { Items } from '../item.ts';
import type { CrowdColumns } from './crowd-columns.ts';
import type { PartnerTable } from './partner-table.ts';

export interface Digested {
  readonly items: Items;
  readonly columns: CrowdColumns;
  readonly baskets: number;
  readonly basketsUnpaired: number;
}

export function digestOf(tables: Digested): string {
  const { items, columns } = tables;
  let a = 0;
  let b = 0;
  const say = (...parts: readonly (string | number)[]) => {
    const text = JSON.stringify(parts);
    a = (a + murmur3(text, 1)) >>> 0;
    b = (b + murmur3(text, 2)) >>> 0;
  };
  const partners = (what: string, itemId: string, item: number, table: PartnerTable) => {
    const { length, items: others, counts, others: second } = table.of(item);
    for (let k = 0; k < length; k++)
      say(what, itemId, items.idOf(others[k]!), counts[k]!, second[k] ?? 0);
  };
  for (let item = 0; item < items.size; item++) {
    const itemId = items.idOf(item);
    const { basketsWith, followed, interest, weights, sessions } = columns;
    const numbers = [basketsWith, followed, interest, weights].map((column) => column.at(item));
    const ofSessions = sessions.countWith(item);
    if (ofSessions > 0 || numbers.some((value) => value !== 0))
      say('item', itemId, ...numbers, ofSessions);
    for (const [member, weightsOf] of columns.byMember)
      if (weightsOf.at(item) !== 0) say('member', itemId, member, weightsOf.at(item));
    partners('with', itemId, item, columns.boughtWith);
    partners('after', itemId, item, columns.boughtAfter);
    partners('shared', itemId, item, columns.shared);
  }
  for (const pieces of [columns.recent.short, columns.recent.long]) {
    for (const [piece, counts] of pieces.byPiece) {
      for (let item = 0; item < counts.length; item++)
        if (counts[item] !== 0)
          say('recent', pieces.pieceMs, piece, items.idOf(item), counts[item]!);
    }
  }
  sayEachSession(tables, say);
  say('baskets', tables.baskets, tables.basketsUnpaired);
  const hex = (part: number) => part.toString(16).padStart(8, '0');
  return `${hex(a)}${hex(b)}`;
}

function sayEachSession(
  { items, columns: { sessions } }: Digested,
  say: (...parts: readonly (string | number)[]) => void,
): void {
  for (let session = 0; session < sessions.size; session++) {
    const length = sessions.lengthOf(session);
    if (length === 0) continue;
    const start = sessions.startOf(session);
    const held = Array.from(sessions.items.subarray(start, start + length), (n) => items.idOf(n));
    say('session', sessions.timeOf(session), ...held);
  }
}
