// The recount after each moment: what was acknowledged is what states, ledger and history have, once.
// History may need a moment to catch up, and to remove what a worker that was held up wrote late; so
// a difference is one only when it stays.

import type { OfferReport } from '../../../src/budgets/budget-report.ts';
import { CAP } from '../../support/capped-catalog.ts';
import { waitFor } from '../../support/conditions.ts';
import { PRIZE_GRANTS, PRIZE_MONEY } from '../../support/prizes.ts';
import { type StoredTimedRow, timedRow, timedRowsQuery } from '../../support/timed-rows.ts';
import { brokenLaws } from '../../support/timer-laws.ts';
import { type Books, type CustomerBook, HOT } from './books.ts';
import { ADMIN_KEY, type FaultedService } from './faulted-service.ts';
import type { Json } from './jobs.ts';
import { LATER, SENT, TIMER_RULES } from './timed-catalog.ts';

/** How long a difference may stay, ms. */
const SETTLED_WITHIN_MS = 120_000;
const TABLES = ['events', 'decisions', 'outcomes', 'firings', 'rejected'] as const;
/** Whose first row says that a record is there. Looking at a customer with the admin's key leaves one. */
const RECORDED = ['events', 'decisions', 'outcomes', 'due_timers', 'audit', 'deliveries'];
const BY_CLIENTS = `placement NOT IN ('${LATER}', '${SENT}')`;
/** Those of clients' own making. */
const COUNTED: Partial<Record<(typeof TABLES)[number], string>> = {
  decisions: `WHERE ${BY_CLIENTS}`,
  firings: `WHERE cause = 'event'`,
};

export interface Recounted {
  /** Empty = all is well. */
  readonly differences: readonly string[];
  /** Whether history had rows too many for a while, and removed them. */
  readonly wasMended: boolean;
}

export class Recount {
  /** Last ledger record of each partition that was compared before. */
  private compared: number[];
  private hadSurplus = false;

  constructor(
    private readonly service: FaultedService,
    private readonly books: Books,
  ) {
    this.compared = new Array<number>(service.keys.partitions).fill(0);
  }

  /** Compares totals, the new part of the ledger, and the customers of the moment. */
  async run(): Promise<Recounted> {
    let differences: string[] = [];
    this.hadSurplus = false;
    const untilMs = performance.now() + SETTLED_WITHIN_MS;
    let marked: number[] = [];
    do {
      if (differences.length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      marked = await this.settled();
      differences = [
        ...(await this.ofLedger(marked)),
        ...(await this.ofTotals()),
        ...(await this.ofPositions(marked)),
        ...(await this.ofCustomers()),
        ...(await this.ofBudgets()),
        ...(await this.ofTimers()),
        ...(await this.ofDeliveries()),
      ];
    } while (differences.length > 0 && performance.now() < untilMs);
    if (differences.length === 0) {
      differences = await this.ofStates();
      this.compared = marked;
    }
    return { differences, wasMended: this.hadSurplus };
  }

  /** How far history is, once nothing is due any more and it is as far as the ledger. */
  private async settled(): Promise<number[]> {
    const { keys, redis } = this.service;
    const partitions = Array.from({ length: keys.partitions }, (_, p) => keys.partition(p));
    const pushes = partitions.map((_, p) => keys.dueDeliveries(p, 'push'));
    return waitFor(
      'history to catch up',
      async () => {
        if ((await redis.members(partitions.map(({ timers }) => timers))) > 0) return null;
        if ((await redis.members(pushes)) > 0) return null;
        const written = await redis.numbers(partitions.map(({ position }) => position));
        const marked = await redis.numbers(partitions.map(({ marked }) => marked));
        return written.every((position, p) => position === marked[p]) ? marked : null;
      },
      SETTLED_WITHIN_MS,
    );
  }

  private async ofLedger(marked: readonly number[]): Promise<string[]> {
    const records = marked.reduce((sum, last) => sum + last, 0);
    const [found] = await this.query<{ uses: number; due: number; sends: number }>(
      `SELECT toUInt32((SELECT count() FROM audit)) AS uses,
              toUInt32((SELECT count() FROM due_timers)) AS due,
              toUInt32((SELECT count() FROM deliveries)) AS sends`,
    );
    const { uses, due, sends } = found!;
    this.books.due = due;
    const others = uses + due + sends;
    return unequal('records in the ledger', records, this.books.totals.records + others);
  }

  private async ofTotals(): Promise<string[]> {
    const { events, clicks, decisions, outcomes } = this.books.totals;
    const counts = TABLES.map(
      (table) => `(SELECT toUInt32(count()) FROM ${table} ${COUNTED[table] ?? ''}) AS ${table}`,
    );
    const [found] = await this.query<Record<string, number>>(`SELECT ${counts.join(', ')}`);
    const wanted = { events, decisions, outcomes, firings: clicks, rejected: 0 };
    this.hadSurplus ||= TABLES.some((table) => found![table]! > wanted[table]);
    return TABLES.flatMap((table) => unequal(`rows of ${table}`, found![table]!, wanted[table]));
  }

  /** Ledger positions since the last recount: each is there, and none twice. */
  private async ofPositions(marked: readonly number[]): Promise<string[]> {
    const isNew = `ledger_id > [${this.compared.join(',')}][partition + 1]`;
    const ids = RECORDED.map(
      (table) => `SELECT partition, ledger_id FROM ${table} WHERE ${isNew}`,
    ).join(' UNION ALL ');
    const rows = await this.query<{ p: number; n: number; first: number; last: number }>(
      `SELECT partition AS p, toUInt32(uniqExact(ledger_id)) AS n,
              toUInt32(min(ledger_id)) AS first, toUInt32(max(ledger_id)) AS last
       FROM (${ids}) GROUP BY partition`,
    );
    const found = new Map(rows.map((row) => [row.p, row]));
    const differences: string[] = [];
    for (let p = 0; p < marked.length; p++) {
      const n = marked[p]! - this.compared[p]!;
      const wanted = n === 0 ? undefined : { p, n, first: this.compared[p]! + 1, last: marked[p]! };
      differences.push(...unequal(`ledger ids of partition ${p}`, found.get(p), wanted));
    }
    const [events] = await this.query<{ n: number; positions: number; messages: number }>(
      `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS messages,
              toUInt32(uniqExact(partition, ledger_id, ordinal)) AS positions
       FROM events WHERE ${isNew}`,
    );
    const { n, positions, messages } = events!;
    differences.push(...unequal('positions of new events', positions, n));
    differences.push(...unequal('messages of new events', messages, n));
    return differences;
  }

  private async ofCustomers(): Promise<string[]> {
    const ids = [...this.books.page.keys(), HOT].map((id) => `'${id}'`).join(',');
    const of = (table: string, n: string, more: string) =>
      this.query<{ id: string; all: number; n: number; more: number }>(
        `SELECT customer_id AS id, toUInt32(count()) AS all, toUInt32(${n}) AS n,
                toUInt32(${more}) AS more
         FROM ${table} WHERE customer_id IN (${ids}) GROUP BY id`,
      );
    const events = byId(
      await of('events', `countIf(event = 'Clicked')`, 'sum(properties.amount.:Int64)'),
    );
    const decisions = byId(
      await of(
        'decisions',
        `countIf(${BY_CLIENTS})`,
        `sumIf(length(offer_ids), placement = 'slot')`,
      ),
    );
    const outcomes = byId(await of('outcomes', 'count()', '0'));
    const found = (id: string) => ({
      ...{ clicks: events.get(id)?.n ?? 0, spent: events.get(id)?.more ?? 0 },
      moves: (events.get(id)?.all ?? 0) - (events.get(id)?.n ?? 0),
      ...{ decisions: decisions.get(id)?.n ?? 0, outcomes: outcomes.get(id)?.n ?? 0 },
    });
    return this.customers().flatMap(([id, { prizes, ...book }]) => {
      const offers = Math.min(CAP, book.decisions - prizes);
      return [
        ...unequal(`history of ${id}`, found(id), book),
        ...unequal(`offers of ${id}`, decisions.get(id)?.more ?? 0, offers),
      ];
    });
  }

  /** What time brought the customers of the moment, by the rules of their catalog. */
  private async ofTimers(): Promise<readonly string[]> {
    const isNew = `ledger_id > [${this.compared.join(',')}][partition + 1]`;
    const ticket = `ifNull(properties.ticket.:String, '')`;
    const found = await this.query<StoredTimedRow>(timedRowsQuery(isNew, ticket));
    return brokenLaws(TIMER_RULES, found.map(timedRow));
  }

  /** What was to be delivered has arrived, with one row that says so, and nothing else has. */
  private async ofDeliveries(): Promise<readonly string[]> {
    const rows = await this.query<{ id: string; decided: number; sent: number; other: number }>(
      `SELECT id, toUInt32(sum(d)) AS decided, toUInt32(sum(s)) AS sent, toUInt32(sum(o)) AS other
       FROM (
         SELECT delivery_id AS id, 1 AS d, 0 AS s, 0 AS o FROM decisions WHERE delivery_id != ''
         UNION ALL
         SELECT delivery_id AS id, 0 AS d, status = 'sent' AS s, status NOT IN ('sent', 'failed') AS o
         FROM deliveries
       ) GROUP BY id`,
    );
    const arrived = new Set(this.service.received());
    this.books.deliveries = rows.length;
    const wrong = rows.filter(({ id, ...counts }) => {
      const isOnce = counts.decided === 1 && counts.sent === 1 && counts.other === 0;
      return !isOnce || !arrived.delete(id);
    });
    return [
      ...wrong.map((row) => `delivery ${JSON.stringify(row)}`),
      ...[...arrived].map((id) => `the endpoint was sent ${id}, which nobody decided`),
    ];
  }

  /** What is given of each budget: as Redis counts it, as history has it, and never too much. */
  private async ofBudgets(): Promise<string[]> {
    const rows = await this.query<{ id: string; grants: number; money: number; offers: number }>(
      `SELECT offer AS id, toUInt32(count()) AS grants, toFloat64(sum(spent)) AS money,
              toUInt32(countIf(has(offer_ids, offer))) AS offers
       FROM decisions ARRAY JOIN grants.offer_id AS offer, grants.spent AS spent GROUP BY id`,
    );
    const given = byId(rows);
    const text = await waitFor(
      'the budgets',
      () => shown(`${this.service.gateways[0]!.directUrl}/v1/budgets`),
      SETTLED_WITHIN_MS,
    );
    const { budgets } = JSON.parse(text) as { readonly budgets: readonly OfferReport[] };
    return budgets.flatMap(({ offerId, grants, money }) => {
      const row = given.get(offerId) ?? { grants: 0, money: 0, offers: 0 };
      const isOver = row.grants > PRIZE_GRANTS || row.money > PRIZE_MONEY;
      return [
        ...unequal(`grants of ${offerId} in Redis`, grants!.used, row.grants),
        ...unequal(`money of ${offerId} in Redis`, money!.used, row.money),
        ...unequal(`answers with ${offerId}`, row.offers, row.grants),
        ...(isOver ? [`${offerId} was given too often: ${JSON.stringify(row)}`] : []),
      ];
    });
  }

  /** Every customer of the moment, as a gateway shows it. */
  private async ofStates(): Promise<string[]> {
    const { gateways } = this.service;
    const differences: string[] = [];
    for (const [i, [id, { clicks, spent }]] of this.customers().entries()) {
      const { directUrl } = gateways[i % gateways.length]!;
      // A gateway may lose its Redis for a moment whenever the machine stands still.
      const text = await waitFor(
        `the state of ${id}`,
        () => shown(`${directUrl}/v1/customers/${id}`),
        SETTLED_WITHIN_MS,
      );
      const { features } = JSON.parse(text) as { features?: Json };
      const counted = features && { clicks: features.clicks, spent: features.spent };
      const wanted = clicks === 0 ? { clicks: 0, spent: 0 } : { clicks, spent };
      differences.push(...unequal(`state of ${id}`, counted ?? text, wanted));
    }
    return differences;
  }

  private customers(): [string, CustomerBook][] {
    const { page, hot } = this.books;
    return hot.decisions === 0 ? [...page] : [...page, [HOT, hot]];
  }

  private async query<Row>(sql: string): Promise<Row[]> {
    const url = new URL(this.service.clickhouseUrl);
    const response = await fetch(`${url.origin}/?default_format=JSONEachRow`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${url.username}:${url.password}`)}` },
      body: sql,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Row);
  }
}

/** What a gateway shows; null while it is not ready. */
async function shown(url: string): Promise<string | null> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  const text = await response.text();
  return response.status === 503 ? null : text;
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function unequal(what: string, found: unknown, wanted: unknown): string[] {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  return is === should ? [] : [`${what}: ${is}, should be ${should}`];
}
