// What a gateway asks history: what a person did last, and what a merge was of. Its answer comes in a
// short time or not at all.

import type { Config } from '../config.ts';
import type { MergeHistory } from '../customers/merge-history.ts';
import type { CallNames } from '../gateway/call-names.ts';
import { HistoryDoor } from '../history/asking/history-door.ts';
import { type LastEvent, lastEvents } from '../history/asking/last-events.ts';
import type { CustomerEvent } from '../model/event.ts';
import { mergeHistory } from './merge-history.ts';

export interface GatewayHistory {
  /**
   * The latest events over all ids of a person, newest first. Of an id that was somebody else's, too, what
   * was this person's.
   * @param customerIds the customer first, then who was folded into that one
   * @returns null = history does not answer
   */
  lastEvents(customerIds: readonly string[], limit: number): Promise<readonly LastEvent[] | null>;
  readonly merges: MergeHistory;
  close(): Promise<void>;
}

/** Nothing is opened before the first question. */
export function gatewayHistory(config: Config, names: Pick<CallNames, 'read'>): GatewayHistory {
  const door = new HistoryDoor({
    clickhouseUrl: config.CLICKHOUSE_URL ?? null,
    cluster: config.PROFFER_CLICKHOUSE_CLUSTER ?? null,
    dataDirectory: config.PROFFER_DATA_DIR,
  });
  return {
    lastEvents: (customerIds, limit) => lastEvents(door, customerIds, limit),
    merges: mergeHistory(
      (sql, params) => door.ask(sql, params),
      (event) => nameOf(names, event),
    ),
    close: () => door.close(),
  };
}

/** Under which name an event came, as it is kept; null = it names nobody any more. */
function nameOf(names: Pick<CallNames, 'read'>, event: CustomerEvent): string | null {
  const { type, userId, anonymousId, context, traits } = event;
  const named = names.read({ type, userId, anonymousId, context, traits, previousId: null });
  return named.kind === 'named' ? named.customerId : null;
}
