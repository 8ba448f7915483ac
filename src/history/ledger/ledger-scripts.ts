// Typed bindings of the scripts that move a partition's ledger to history: freeze, mark, trim.

import type { RedisConnection } from '../../redis/connection.ts';
import type { Keys } from '../../redis/keys.ts';
import { loadScript } from '../../redis/script.ts';

/** Ledger records `first`…`last` of a partition, inclusive, on their way under a query id. */
export interface FrozenRange {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly queryId: string;
}

/**
 * A range as the worker has it that froze it, or found it frozen: under the lease that it had then.
 * Whoever lost that lease and won it again knows nothing of what others did to the range meanwhile.
 */
export interface HeldRange extends FrozenRange {
  readonly fence: string;
}

export type FreezeOutcome =
  | { readonly kind: 'frozen'; readonly range: HeldRange }
  /** Frozen before and never marked: what of it is in history must be read back. */
  | { readonly kind: 'pending'; readonly range: HeldRange }
  | { readonly kind: 'empty' }
  | { readonly kind: 'fenced' };

export type MarkOutcome =
  | { readonly kind: 'marked' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'fenced' };

export type TrimOutcome =
  | { readonly kind: 'trimmed'; readonly removed: number }
  | { readonly kind: 'fenced' };

/** Every method throws `Unavailable` when Redis does not answer; the outcome is then unknown. */
export interface LedgerScripts {
  freeze(asked: {
    readonly partition: number;
    readonly fence: string;
    readonly queryId: string;
    readonly recordsMax: number;
  }): Promise<FreezeOutcome>;
  mark(asked: {
    readonly partition: number;
    readonly fence: string;
    readonly queryId: string;
  }): Promise<MarkOutcome>;
  /** Removes records up to `last`, or to the mark when that comes first. */
  trim(asked: {
    readonly partition: number;
    readonly fence: string;
    readonly last: number;
  }): Promise<TrimOutcome>;
}

/** Binds the ledger scripts to a connection. */
export function bindLedger(connection: RedisConnection, keys: Keys): LedgerScripts {
  const freeze = loadScript('freeze-ledger');
  const mark = loadScript('mark-ledger');
  const trim = loadScript('trim-ledger');
  for (const script of [freeze, mark, trim]) script.loadInto(connection);
  return {
    async freeze({ partition, fence, queryId, recordsMax }) {
      const { lease, frozen, position, marked } = keys.partition(partition);
      const answer = await freeze.run(
        connection,
        [lease, frozen, position, marked],
        [fence, queryId, String(recordsMax)],
      );
      const [status, first, last, query] = answer as [number, Buffer, Buffer, Buffer];
      if (status === freeze.status('fenced')) return { kind: 'fenced' };
      if (status === freeze.status('empty')) return { kind: 'empty' };
      const range: HeldRange = {
        partition,
        first: Number(first),
        last: Number(last),
        queryId: query.toString(),
        fence,
      };
      return { kind: status === freeze.status('frozen') ? 'frozen' : 'pending', range };
    },
    async mark({ partition, fence, queryId }) {
      const { lease, frozen, marked } = keys.partition(partition);
      const answer = await mark.run(connection, [lease, frozen, marked], [fence, queryId]);
      const [status] = answer as [number];
      if (status === mark.status('marked')) return { kind: 'marked' };
      return { kind: status === mark.status('stale') ? 'stale' : 'fenced' };
    },
    async trim({ partition, fence, last }) {
      const { lease, ledger, marked } = keys.partition(partition);
      const answer = await trim.run(connection, [lease, ledger, marked], [fence, String(last)]);
      const [status, removed] = answer as [number, number];
      if (status === trim.status('fenced')) return { kind: 'fenced' };
      return { kind: 'trimmed', removed };
    },
  };
}
