// The records of history that can be stepped again, with the decisions that were made, in the order
// of the ledger.

import type { JsonValue } from '../../model/json.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';
import { type RecordedStep, recordedStep, type StepRow } from './step-row.ts';

/**
 * Asks history. Numbers and names in `sql` are ours, texts of callers go into `params`.
 * @throws AnswerTooLarge where history gives no answer of that size
 */
export type AskHistory = <Row>(
  sql: string,
  params?: Readonly<Record<string, string>>,
) => Promise<Row[]>;

/** A question to be asked again about fewer records. */
export class AnswerTooLarge extends Error {}

/** A record with what was decided then. */
export interface RecordedDecisions {
  readonly step: RecordedStep;
  readonly decisions: readonly DecisionRow[];
}

/** Which records: all of a partition's ledger between two positions, or those of one customer in it. */
export interface RecordsAsked {
  readonly partition: number;
  /** Inclusive. */
  readonly first: number;
  readonly last: number;
  readonly customerId?: string;
}

const ms = (column: string) => `toUnixTimestamp64Milli(${column}) AS ${column}`;

const HEAD = [
  ...['partition', 'ledger_id', ms('received_at'), 'customer_id', 'message_id', 'step_record'],
  ...['step_mode', ms('step_clock'), 'step_publication', 'step_catalog'],
].join(', ');

const NO_EVENT = `'' AS type, '' AS event, '' AS label, '' AS user_id, '' AS anonymous_id`;
const NO_OUTCOME = `'' AS decision_id, '' AS offer_id, '' AS outcome`;
const NO_QUESTION = `[] AS asked, NULL AS asked_limit`;

const DECISION_COLUMNS = [
  ...['ledger_id', 'decision_id', 'placement', 'trigger', 'catalog', 'fallback', 'holdout'],
  ...['offer_ids', 'treatments'],
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
  const [rows, decisions] = await Promise.all([
    ask<StepRow>(stepsSql(whereOf(asked)), paramsOf(asked)),
    decisionsOf(ask, asked),
  ]);
  return rows.map((row) => {
    const step = recordedStep(plain(row));
    return { step, decisions: decisions.get(step.ledgerId) ?? [] };
  });
}

/** Ledger id → its decisions, in order. @throws Error when history does not answer */
export async function decisionsOf(
  ask: AskHistory,
  asked: RecordsAsked,
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

function whereOf({ partition, first, last, customerId }: RecordsAsked): string {
  return (
    `partition = ${partition} AND ledger_id BETWEEN ${first} AND ${last}` +
    (customerId === undefined ? '' : ' AND customer_id = {customer:String}')
  );
}

function paramsOf({ customerId }: RecordsAsked): Record<string, string> {
  return customerId === undefined ? {} : { customer: customerId };
}

function stepsSql(where: string): string {
  const of = (table: string, columns: string) =>
    `SELECT '${table}' AS table, ${HEAD}, ${columns} FROM ${table} WHERE step_record > 0 AND ${where}`;
  return (
    `SELECT * FROM (` +
    [
      of(
        'events',
        `type, event, label, user_id, anonymous_id, ${ms('timestamp')}, step_source, ` +
          `${NO_OUTCOME}, ${NO_QUESTION}`,
      ),
      of(
        'outcomes',
        `${NO_EVENT}, ${ms('timestamp')}, '' AS step_source, ` +
          `decision_id, offer_id, outcome, ${NO_QUESTION}`,
      ),
      of(
        'decisions',
        `${NO_EVENT}, toInt64(0) AS timestamp, step_source, ${NO_OUTCOME}, asked, asked_limit`,
      ),
    ].join(' UNION ALL ') +
    `) ORDER BY ledger_id`
  );
}

/** 64-bit numbers may come in quotes. */
function plain(row: StepRow): StepRow {
  return {
    ...row,
    ledger_id: Number(row.ledger_id),
    received_at: Number(row.received_at),
    timestamp: Number(row.timestamp),
    step_record: Number(row.step_record),
    step_clock: Number(row.step_clock),
    step_publication: Number(row.step_publication),
    asked_limit: row.asked_limit === null ? null : Number(row.asked_limit),
  };
}
