// A decision as history has it, and as stepping again gives it: made alike, so that the two can be
// compared to the last bit.

import type { JsonValue } from '../../model/json.ts';

/** What is compared, in the order it is told; absent parts are as their columns have them. */
export interface DecisionRow {
  readonly decision_id: string;
  readonly placement: string;
  readonly trigger: string;
  readonly catalog: string;
  readonly fallback: boolean;
  readonly holdout: boolean;
  /** What time had fired had waited for the question. */
  readonly waiting: boolean;
  readonly offer_ids: readonly string[];
  /** JSON texts. */
  readonly treatments: readonly string[];
  /** Epoch ms; null = no limit. */
  readonly expires_at: readonly (number | null)[];
  /** Epoch ms. */
  readonly decided_at: number;
  readonly logging_propensity: number;
  /** Of each grant offer, day and money, as history has them. */
  readonly grants: readonly string[];
  /** As list-source.ts writes it; '' = no list was made. */
  readonly list_source: string;
  readonly candidates: readonly CandidateRow[];
}

export interface CandidateRow {
  readonly offer_id: string;
  readonly stage: string;
  readonly reason: string;
  readonly score: number | null;
  readonly propensity: number | null;
  readonly value: number | null;
  readonly context: number | null;
  readonly lever: number | null;
}

const CANDIDATE_COLUMNS = [
  ...(['offer_id', 'stage', 'reason', 'score'] as const),
  ...(['propensity', 'value', 'context', 'lever'] as const),
] as const;

/** @param columns JSON of a row: as the ledger has it, or as `DECISION_COLUMNS` are answered */
export function decisionRow(columns: { readonly [column: string]: JsonValue }): DecisionRow {
  const text = (name: string) => String(columns[name] ?? '');
  const list = (name: string) => (columns[name] ?? []) as JsonValue[];
  const count = list('candidates.offer_id').length;
  return {
    decision_id: text('decision_id'),
    placement: text('placement'),
    trigger: text('trigger'),
    catalog: text('catalog'),
    fallback: columns.fallback === true,
    holdout: columns.holdout === true,
    waiting: columns.waiting === true,
    offer_ids: list('offer_ids').map(String),
    treatments: list('treatments').map(String),
    // 64-bit numbers may come in quotes.
    expires_at: list('expires_at').map((at) => (at === null ? null : Number(at))),
    decided_at: Number(columns.decided_at),
    logging_propensity: Number(columns.logging_propensity),
    grants: list('grants.offer_id').map(
      (offer, i) =>
        `${offer} ${list('grants.day')[i]} ${Number(list('grants.spent')[i]).toFixed(2)}`,
    ),
    list_source: text('list_source'),
    candidates: Array.from(
      { length: count },
      (_, i) =>
        Object.fromEntries(
          CANDIDATE_COLUMNS.map((name) => [name, list(`candidates.${name}`)[i] ?? null]),
        ) as unknown as CandidateRow,
    ),
  };
}

/** The decisions that a ledger record tells of, in order. */
export function decisionsOfRecord(record: string): DecisionRow[] {
  const lines = record.split('\n').filter((line) => line.startsWith('d'));
  return lines.map((line) => decisionRow(JSON.parse(line.slice(1))));
}

/** Where two lists of decisions differ first, in words; null = nowhere. */
export function firstDifference(
  recorded: readonly DecisionRow[],
  again: readonly DecisionRow[],
): string | null {
  if (recorded.length !== again.length) {
    return `${recorded.length} decisions were recorded, ${again.length} come out`;
  }
  for (let i = 0; i < recorded.length; i++) {
    const difference = differenceOf(recorded[i]!, again[i]!);
    if (difference !== null) return `${recorded[i]!.placement}: ${difference}`;
  }
  return null;
}

function differenceOf(recorded: DecisionRow, again: DecisionRow): string | null {
  const { candidates, ...rest } = recorded;
  for (const name of Object.keys(rest) as (keyof typeof rest)[]) {
    const difference = compared(name, recorded[name], again[name]);
    if (difference !== null) return difference;
  }
  const count = Math.max(candidates.length, again.candidates.length);
  for (let i = 0; i < count; i++) {
    const difference = compared(`candidate ${i + 1}`, candidates[i], again.candidates[i]);
    if (difference !== null) return difference;
  }
  return null;
}

function compared(name: string, recorded: unknown, again: unknown): string | null {
  const before = JSON.stringify(recorded) ?? 'none';
  const after = JSON.stringify(again) ?? 'none';
  if (before === after) return null;
  let same = 0;
  while (before[same] === after[same]) same++;
  return `${name} was ${excerpt(before, same)}, comes out as ${excerpt(after, same)}`;
}

/** Longest part of a value that is told. */
const EXCERPT_CHARS = 240;
const BEFORE_CHARS = 40;

/** The text, or of a long one what lies around a place: treatments may be kilobytes. */
function excerpt(text: string, at: number): string {
  if (text.length <= EXCERPT_CHARS) return text;
  const start = Math.max(0, Math.min(at - BEFORE_CHARS, text.length - EXCERPT_CHARS));
  const end = start + EXCERPT_CHARS;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}
