// What is declared of items, in Redis, for whoever reads or follows it.

import type { Item } from '../model/item.ts';
import { readItemText } from './item-text.ts';
import type { ItemKeys, Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Items read in one call, and changes. */
const PAGE = 500;

/** What changed since a position. */
export type ItemChanges =
  | { readonly kind: 'changes'; readonly itemIds: readonly string[]; readonly position: string }
  /** Changes are gone that were not read. */
  | { readonly kind: 'behind' };

/** What holds of one item now. */
export type Declared =
  | { readonly kind: 'declared'; readonly item: Item }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'none' };

/** Every call throws Unavailable when Redis is away or late. */
export class ItemReads {
  private readonly keys: ItemKeys;

  constructor(
    private readonly connection: RedisConnection,
    keys: Keys,
  ) {
    this.keys = keys.items;
  }

  async one(itemId: string): Promise<Declared> {
    const { declared, deleted } = this.keys;
    const [text, score] = await Promise.all([
      this.connection.call('hget', [declared, itemId]),
      this.connection.call('zscore', [deleted, itemId]),
    ]);
    const item = text === null ? null : readItemText(itemId, String(text));
    if (item !== null) return { kind: 'declared', item };
    return { kind: score === null ? 'none' : 'deleted' };
  }

  /** Those of some ids that are declared, at most a page of ids. */
  async some(itemIds: readonly string[]): Promise<readonly Item[]> {
    if (itemIds.length === 0) return [];
    const args = [this.keys.declared, ...itemIds];
    const texts = (await this.connection.call('hmget', args)) as readonly (Buffer | null)[];
    return texts.flatMap((text, i) => {
      const item = text === null ? null : readItemText(itemIds[i]!, text.toString());
      return item === null ? [] : [item];
    });
  }

  /** All that are declared, some at a time; what changes meanwhile may be there or not. */
  async *declared(): AsyncGenerator<readonly Item[]> {
    for await (const pairs of this.scan('hscan', this.keys.declared)) {
      const items: Item[] = [];
      for (let i = 0; i < pairs.length; i += 2) {
        const item = readItemText(pairs[i]!.toString(), pairs[i + 1]!.toString());
        if (item !== null) items.push(item);
      }
      yield items;
    }
  }

  /** Ids of all that were deleted, likewise. */
  async *deleted(): AsyncGenerator<readonly string[]> {
    for await (const pairs of this.scan('zscan', this.keys.deleted)) {
      yield pairs.filter((_, i) => i % 2 === 0).map(String);
    }
  }

  private async *scan(command: 'hscan' | 'zscan', key: string): AsyncGenerator<readonly Buffer[]> {
    let cursor = '0';
    do {
      const args = [key, cursor, 'COUNT', String(PAGE)];
      const [next, found] = (await this.connection.call(command, args)) as Page;
      cursor = next.toString();
      yield found;
    } while (cursor !== '0');
  }

  /** Where the changes end now. */
  async position(): Promise<string> {
    const args = [this.keys.changes, '+', '-', 'COUNT', '1'];
    const [last] = (await this.connection.call('xrevrange', args)) as readonly Entry[];
    return last?.[0].toString() ?? '0-0';
  }

  /** What came after a position, at most a page of it, oldest first. */
  async changesAfter(position: string): Promise<ItemChanges> {
    const { changes } = this.keys;
    const call = (args: string[]) =>
      this.connection.call('xrange', args) as Promise<readonly Entry[]>;
    // In this order: what was still there after the read was not missed by it.
    const [entries, [oldest]] = await Promise.all([
      call([changes, `(${position}`, '+', 'COUNT', String(PAGE)]),
      call([changes, '-', '+', 'COUNT', '1']),
    ]);
    if (entries.length === 0) return { kind: 'changes', itemIds: [], position };
    if (oldest !== undefined && isAfter(oldest[0].toString(), position)) return { kind: 'behind' };
    const itemIds = [...new Set(entries.map(([, fields]) => fields[1]!.toString()))];
    return { kind: 'changes', itemIds, position: entries.at(-1)![0].toString() };
  }
}

function isAfter(id: string, other: string): boolean {
  const [ms = 0, n = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherN = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && n > otherN);
}

type Page = readonly [Buffer, readonly Buffer[]];
type Entry = readonly [Buffer, readonly Buffer[]];
