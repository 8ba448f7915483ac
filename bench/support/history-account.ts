// Lost or doubled? What became of every message sent, beside how often it is in history.

import { ACKNOWLEDGED, UNSENT } from './outcomes.ts';

/** One read-only query; the answer's text. */
export type Ask = (sql: string) => Promise<string>;

export interface Account {
  readonly acknowledged: number;
  /** Acknowledged, and not in history. */
  readonly lost: number;
  /** More than once in history, acknowledged or not. */
  readonly doubled: number;
  /** Never acknowledged, and in history once: allowed, since its sender was told to come again. */
  readonly unacknowledged: number;
  /** In history, and never sent. */
  readonly unknown: number;
}

const SERIALS_EACH = 500_000;

/** Of events (ids `m<serial>`). */
export function accountOfEvents(ask: Ask, outcomes: Uint8Array): Promise<Account> {
  return account(ask, outcomes, `events WHERE message_id LIKE 'm%'`);
}

/** Of questions (ids `d<serial>`): one placement each, so one row each. */
export function accountOfDecides(ask: Ask, outcomes: Uint8Array): Promise<Account> {
  return account(ask, outcomes, `decisions WHERE trigger = '' AND message_id LIKE 'd%'`);
}

async function account(ask: Ask, outcomes: Uint8Array, rows: string): Promise<Account> {
  const found = new Uint8Array(outcomes.length);
  let unknown = 0;
  for (let from = 0; ; from += SERIALS_EACH) {
    const isLast = from + SERIALS_EACH >= outcomes.length;
    // The last one finds what lies beyond, too.
    const until = isLast ? '' : `AND serial < ${from + SERIALS_EACH}`;
    const text = await ask(
      `SELECT toUInt64OrZero(substring(message_id, 2)) AS serial, count() FROM ${rows}` +
        ` AND serial >= ${from} ${until} GROUP BY serial FORMAT TSV`,
    );
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const [serial, times] = line.split('\t').map(Number) as [number, number];
      if (serial < outcomes.length) found[serial] = Math.min(times, 255);
      else unknown++;
    }
    if (isLast) break;
  }
  let acknowledged = 0;
  let lost = 0;
  let doubled = 0;
  let unacknowledged = 0;
  for (let serial = 0; serial < outcomes.length; serial++) {
    const isAcknowledged = outcomes[serial] === ACKNOWLEDGED;
    if (isAcknowledged) acknowledged++;
    if (isAcknowledged && found[serial] === 0) lost++;
    if (found[serial]! > 1) doubled++;
    if (outcomes[serial] === UNSENT && found[serial]! > 0) unknown++;
    else if (!isAcknowledged && found[serial] === 1) unacknowledged++;
  }
  return { acknowledged, lost, doubled, unacknowledged, unknown };
}

/** Both kinds together, in one line. */
export function accountLine(events: Account, decides: Account): string {
  const sum = (pick: (account: Account) => number) => pick(events) + pick(decides);
  return (
    `acknowledged: ${events.acknowledged} events and ${decides.acknowledged} questions; ` +
    `lost ${sum((a) => a.lost)}, doubled ${sum((a) => a.doubled)}, ` +
    `never sent ${sum((a) => a.unknown)}; not acknowledged, in history once: ` +
    `${sum((a) => a.unacknowledged)}`
  );
}
