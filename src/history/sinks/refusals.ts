// Which errors of ClickHouse blame the data. Only those may send rows to `rejected`: everything else
// (memory, disk, too many parts, a missing table, a broken connection) passes, or is a fault of the
// set-up, and rows wait for it in the ledger.

import { NotClickHouse } from './clickhouse-answer.ts';
import type { InsertOutcome } from './sink.ts';

/** Codes of ClickHouse's ErrorCodes.cpp that say "this value cannot be stored". */
const DATA_CODES: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  128, // TOO_LARGE_ARRAY_SIZE
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  306, // TOO_DEEP_RECURSION
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  691, // UNKNOWN_ELEMENT_OF_ENUM
]);

/**
 * A column that the table does not have: as a missing table it is none of the data's faults. A gateway
 * of a newer version wrote the row, and the first worker of that version makes the column. Only where
 * the message begins so: further on it may quote what somebody sent.
 */
const NO_SUCH_COLUMN = /^(?:Code: 117\. DB::Exception: )*Unknown field found while parsing /;

/** The outcome an error of an insert stands for. */
export function outcomeOf(error: unknown): InsertOutcome {
  const cause = error instanceof Error ? error : new Error(String(error));
  if (NO_SUCH_COLUMN.test(cause.message)) return { kind: 'unknown', cause };
  const code = codeOf(cause);
  const at = /\(at row (\d+)\)/.exec(cause.message);
  if (code !== null && (DATA_CODES.has(code) || at !== null)) {
    const row = at === null ? null : Number(at[1]) - 1;
    return { kind: 'refused', code, reason: firstLine(cause.message), row };
  }
  return { kind: 'unknown', cause };
}

/** ClickHouse's error code, from the client's field or the message; null when it has none. */
export function codeOf(error: Error): number | null {
  // Its message quotes what somebody else wrote.
  if (error instanceof NotClickHouse) return null;
  const field = Number((error as { code?: unknown }).code ?? Number.NaN);
  if (Number.isInteger(field) && field > 0) return field;
  const match = /Code: (\d+)\./.exec(error.message);
  return match === null ? null : Number(match[1]);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!.slice(0, 300);
}
