// What a person did last, over all ids that the person had. Of an id that was somebody else's before or
// after, only what was this person's: as the views by person have it, but looked up for these ids alone.

import type { JsonObject } from '../../model/json.ts';
import type { HistoryDoor } from './history-door.ts';

export interface LastEvent {
  /** When it happened, epoch ms. */
  readonly atMs: number;
  /** Under which id history has it. */
  readonly customerId: string;
  readonly messageId: string;
  readonly type: string;
  /** The name of a track; `$page`, `$identify` … for the others. */
  readonly event: string;
  /** '' = none. */
  readonly label: string;
  /** null = they are more than is worth showing. */
  readonly properties: JsonObject | null;
}

interface Row {
  readonly at: number | string;
  readonly customer_id: string;
  readonly message_id: string;
  readonly type: string;
  readonly event: string;
  readonly label: string;
  readonly shown: string;
}

/** Longest properties that are shown, bytes of JSON. */
const SHOWN_BYTES_MAX = 4_096;
/** Looked at first: of who is here often, that is all. */
const RECENT_DAYS = 30;

/**
 * The latest events, newest first.
 * @param customerIds the customer first, then who was folded into that one
 * @returns null = history does not answer
 */
export async function lastEvents(
  door: Pick<HistoryDoor, 'ask'>,
  customerIds: readonly string[],
  limit: number,
): Promise<readonly LastEvent[] | null> {
  const since = `now64(3) - INTERVAL ${RECENT_DAYS} DAY`;
  const ask = (when: string) =>
    door.ask<Row>(
      `SELECT toUnixTimestamp64Milli(timestamp) AS at, customer_id, message_id, type, event, label,
         if(length(toJSONString(properties)) > ${SHOWN_BYTES_MAX}, '', toJSONString(properties)) AS shown
       FROM (SELECT * FROM events WHERE customer_id IN ({ids:Array(String)})${when}) AS e
       LEFT JOIN (
         SELECT customer_id AS known_as, arraySort(groupArray((ended_at, canonical_id))) AS lives
         FROM identity_lives
         WHERE customer_id IN ({ids:Array(String)}) AND canonical_id != customer_id
         GROUP BY customer_id
       ) AS o ON customer_id = known_as
       WHERE {person:String} = ifNull(
         nullIf(arrayFirst(life -> received_at <= life.1, lives).2, ''),
         customer_id
       )
       ORDER BY timestamp DESC, received_at DESC, ledger_id DESC LIMIT ${Math.floor(limit)}`,
      { ids: [...customerIds], person: customerIds[0] },
    );
  try {
    // Nothing that happened since then was received before.
    const recent = await ask(` AND received_at > ${since} AND timestamp > ${since}`);
    const rows = recent.length < limit ? await ask('') : recent;
    return rows.map((row) => ({
      atMs: Number(row.at),
      customerId: row.customer_id,
      messageId: row.message_id,
      type: row.type,
      event: row.event,
      label: row.label,
      properties: row.shown === '' ? null : (JSON.parse(row.shown) as JsonObject),
    }));
  } catch {
    return null;
  }
}
