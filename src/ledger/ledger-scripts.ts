// Typed bindings of the scripts that move a partition's ledger to history: freeze, mark, trim.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { loadScript } from '../redis/script.ts';

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
  /** Position or mark was lost: nothing of the partition can go on before they are mended. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'fenced' };

export type MarkOutcome =
  | { readonly kind: 'marked' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'fenced' };

export type TrimOutcome =
  | { readonly kind: 'trimmed'; readonly removed: number }
  | { readonly kind: 'fenced' };

export type MendOutcome =
  /** `position` is the last that counts as given; `renumbered` records got new ones. */
  | { readonly kind: 'mended'; readonly position: number; readonly renumbered: number }
  | { readonly kind: 'whole' }
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
  /** Makes position, mark and ledger fit together where one of them is lost for good. */
  mend(asked: {
    readonly partition: number;
    readonly fence: string;
    /** The last record that history has; 0 = none. */
    readonly beyond: number;
    /** The last record that waits in a file; 0 = none. */
    readonly spooled: number;
  }): Promise<MendOutcome>;
}

/** Binds the ledger scripts to a connection. */
export function bindLedger(connection: RedisConnection, keys: Keys): LedgerScripts {
  const freeze = loadScript('freeze-ledger');
  const mark = loadScript('mark-ledger');
  const trim = loadScript('trim-ledger');
  const mend = loadScript('mend-ledger');
  for (const script of [freeze, mark, trim, mend]) script.loadInto(connection);
  return {
    async freeze({ partition, fence, queryId, recordsMax }) {
      const { lease, frozen, position, marked, ledger } = keys.partition(partition);
      const answer = await freeze.run(
        connection,
        [lease, frozen, position, marked, ledger],
        [fence, queryId, String(recordsMax)],
      );
      const [status, first, last, query] = answer as [number, Buffer, Buffer, Buffer];
      if (status === freeze.status('fenced')) return { kind: 'fenced' };
      if (status === freeze.status('empty')) return { kind: 'empty' };
      if (status === freeze.status('torn')) return { kind: 'torn' };
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
      const { lease, ledger, marked, position } = keys.partition(partition);
      const names = [lease, ledger, marked, position];
      const answer = await trim.run(connection, names, [fence, String(last)]);
      const [status, removed] = answer as [number, number];
      if (status === trim.status('fenced')) return { kind: 'fenced' };
      return { kind: 'trimmed', removed };
    },
    async mend({ partition, fence, beyond, spooled }) {
      const { lease, ledger, position, marked, frozen } = keys.partition(partition);
      const names = [lease, ledger, position, marked, frozen];
      const answer = await mend.run(connection, names, [fence, String(beyond), String(spooled)]);
      const [status, last, renumbered] = answer as [number, number, number];
      if (status === mend.status('fenced')) return { kind: 'fenced' };
      if (status === mend.status('whole')) return { kind: 'whole' };
      return { kind: 'mended', position: last, renumbered };
    },
  };
}
