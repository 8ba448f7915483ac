// The records of history that can be stepped again, with the decisions that were made, in the order
// of the ledger.

import type { JsonValue } from '../../model/json.ts';
import type { AskHistory } from './ask-history.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';
import { beganWith, type EndedLives } from './ended-lives.ts';
import { type Recorded, recordedStep, type StepRow } from './step-row.ts';
import { STEP_TABLES, type StepTable } from './step-tables.ts';

/** A record with what was decided then. */
export interface RecordedDecisions {
  readonly step: Recorded;
  readonly decisions: readonly DecisionRow[];
}

/** Which records: all of a partition's ledger between two positions, or those of one customer in it. */
export interface RecordsAsked {
  readonly partition: number;
  /** Inclusive. */
  readonly first: number;
  readonly last: number;
  readonly customerId?: string;
  /** Those received since then alone, epoch ms. */
  readonly sinceMs?: number;
  /** So many at most. */
  readonly limit?: number;
  /** Of customers who came to life again after a merge. */
  readonly ended: EndedLives;
}

const ms = (column: string) => `toUnixTimestamp64Milli(${column}) AS ${column}`;

const HEAD = [
  ...['partition', 'ledger_id', ms('received_at'), 'customer_id', 'step_record'],
  ...['step_mode', ms('step_clock'), 'step_publication', 'step_catalog'],
].join(', ');

/** All that a row may say beside its head, and what a table says that lacks it. */
const ABSENT = {
  message_id: `''`,
  ...{ type: `''`, event: `''`, label: `''`, user_id: `''`, anonymous_id: `''` },
  ...{ timestamp: 'toInt64(0)', step_source: `''` },
  ...{ decision_id: `''`, offer_id: `''`, outcome: `''` },
  ...{ asked: '[]', asked_limit: 'NULL' },
  ...{ from_id: `''`, canonical_id: `''`, merge_id: `''`, from_state: `''`, into_state: `''` },
  ...{ trigger: `''`, key: `''`, due_at: 'toInt64(0)', result: `''` },
};

type Column = keyof typeof ABSENT;

const TIMES: readonly Column[] = ['timestamp', 'due_at'];

/** What each table has of it. */
const COLUMNS: { readonly [table in StepTable]: readonly Column[] } = {
  events: [
    ...(['message_id', 'type', 'event', 'label', 'user_id', 'anonymous_id'] as const),
    ...(['timestamp', 'step_source'] as const),
  ],
  outcomes: ['message_id', 'timestamp', 'decision_id', 'offer_id', 'outcome'],
  decisions: ['message_id', 'step_source', 'asked', 'asked_limit'],
  due_timers: ['message_id', 'trigger', 'key', 'due_at', 'result'],
  identity_changes: ['from_id', 'canonical_id', 'merge_id', 'from_state', 'into_state'],
};

const DECISION_COLUMNS = [
  ...['ledger_id', 'decision_id', 'placement', 'trigger', 'catalog', 'fallback', 'holdout'],
  ...['waiting', 'offer_ids', 'treatments', 'list_source'],
  `arrayMap(at -> toUnixTimestamp64Milli(at), expires_at) AS expires_at`,
  ...[ms('decided_at'), 'logging_propensity', 'grants.offer_id', 'grants.day', 'grants.spent'],
  ...['offer_id', 'stage', 'reason', 'score', 'propensity', 'value', 'context', 'lever'].map(
    (name) => `candidates.${name}`,
  ),
].join(', ');

/** The records that can be stepped again, in order. @throws Error when history does not answer */
export async function recordsOf(
  ask: AskHistory,
  asked: RecordsAsked,
): Promise<RecordedDecisions[]> {
  const [steps, decisions] = await Promise.all([stepsOf(ask, asked), decisionsOf(ask, asked)]);
  return steps.map((step) => ({ step, decisions: decisions.get(step.ledgerId) ?? [] }));
}

/** The same without what was decided. @throws Error when history does not answer */
export async function stepsOf(ask: AskHistory, asked: RecordsAsked): Promise<Recorded[]> {
  const limit = asked.limit === undefined ? '' : ` LIMIT ${asked.limit}`;
  const rows = await ask<StepRow>(stepsSql(whereOf(asked)) + limit, paramsOf(asked));
  return rows.map((row) => {
    const told = plain(row);
    return recordedStep(told, beganWith(asked.ended, told));
  });
}

/** Ledger id → its decisions, in order. @throws Error when history does not answer */
export async function decisionsOf(
  ask: AskHistory,
  asked: Omit<RecordsAsked, 'ended'>,
): Promise<Map<number, DecisionRow[]>> {
  const sql =
    `SELECT ${DECISION_COLUMNS} FROM decisions WHERE ${whereOf(asked)}` +
    ' ORDER BY ledger_id, ordinal';
  const decisions = new Map<number, DecisionRow[]>();
  for (const row of await ask<{ readonly [column: string]: JsonValue }>(sql, paramsOf(asked))) {
    const id = Number(row.ledger_id);
    const known = decisions.get(id);
    if (known === undefined) decisions.set(id, [decisionRow(row)]);
    else known.push(decisionRow(row));
  }
  return decisions;
}

function whereOf(asked: Omit<RecordsAsked, 'ended'>): string {
  const { partition, first, last, customerId, sinceMs } = asked;
  return (
    `partition = ${partition} AND ledger_id BETWEEN ${first} AND ${last}` +
    (customerId === undefined ? '' : ' AND customer_id = {customer:String}') +
    (sinceMs === undefined ? '' : ` AND received_at >= fromUnixTimestamp64Milli(${sinceMs}, 'UTC')`)
  );
}

function paramsOf({ customerId }: Pick<RecordsAsked, 'customerId'>): Record<string, string> {
  return customerId === undefined ? {} : { customer: customerId };
}

function stepsSql(where: string): string {
  return `SELECT * FROM (${STEP_TABLES.map((table) => rowsOf(table, where)).join(' UNION ALL ')})
    ORDER BY ledger_id`;
}

function rowsOf(table: StepTable, where: string): string {
  const has = COLUMNS[table];
  const columns = (Object.keys(ABSENT) as Column[]).map((column) => {
    if (!has.includes(column)) return `${ABSENT[column]} AS ${column}`;
    return TIMES.includes(column) ? ms(column) : column;
  });
  return (
    `SELECT '${table}' AS table, ${HEAD}, ${columns.join(', ')} FROM ${table}` +
    ` WHERE step_record > 0 AND ${where}`
  );
}

/** 64-bit numbers may come in quotes. */
function plain(row: StepRow): StepRow {
  return {
    ...row,
    ledger_id: Number(row.ledger_id),
    received_at: Number(row.received_at),
    timestamp: Number(row.timestamp),
    due_at: Number(row.due_at),
    step_record: Number(row.step_record),
    step_clock: Number(row.step_clock),
    step_publication: Number(row.step_publication),
    asked_limit: row.asked_limit === null ? null : Number(row.asked_limit),
  };
}
