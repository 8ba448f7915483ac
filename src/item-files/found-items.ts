// The items of a file, with their lines, and the lines that are none. Rows of one item one after another are
// one item.

import { type ItemReading, joined, type ReadItem } from './item-of-row.ts';
import type { ItemRow } from './item-row.ts';

export type Found =
  | {
      readonly kind: 'item';
      /** Of its first row. */
      readonly line: number;
      readonly item: ReadItem;
    }
  | { readonly kind: 'unusable'; readonly line: number; readonly reason: string };

/** @param onRow told of each row that is there */
export async function* foundItems(
  rows: AsyncIterable<ItemRow>,
  reading: ItemReading,
  onRow: () => void,
): AsyncGenerator<Found> {
  let held = null as Extract<Found, { kind: 'item' }> | null;
  for await (const row of rows) {
    onRow();
    const found = foundIn(row, reading);
    if (held !== null && found.kind === 'item' && held.item.itemId === found.item.itemId) {
      held = { ...held, item: joined(held.item, found.item) };
      continue;
    }
    if (held !== null) yield held;
    held = found.kind === 'item' ? found : null;
    if (found.kind === 'unusable') yield found;
  }
  if (held !== null) yield held;
}

function foundIn(row: ItemRow, reading: ItemReading): Found {
  const { line } = row;
  if (row.kind === 'unreadable') return { kind: 'unusable', line, reason: row.reason };
  const read = reading.item(row.names, row.values);
  if ('fault' in read) return { kind: 'unusable', line, reason: read.fault };
  const { item } = read;
  if (item.itemId !== undefined) return { kind: 'item', line, item };
  return { kind: 'unusable', line, reason: 'it does not say which item it is' };
}
