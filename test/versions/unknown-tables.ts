// What a build makes of rows of tables that came after it: its worker puts them into `rejected`, and its
// `verify` misses their records (CHANGELOG); that of this checkout says where they are. Nothing else may be
// there, or be missed.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TABLES } from '../../src/ledger/ledger-rows.ts';
import type { Build } from './build.ts';

/** Tables by the tag of their lines in the ledger. */
export type TablesByTag = Readonly<Record<string, string>>;

/** A row of `rejected`. */
export interface RejectedRow {
  /** The place of its line in the record, from 0 on. */
  readonly ordinal: number;
  readonly code: string;
  /** The whole record, where it was not understood. */
  readonly body: string;
}

/** The tables of this checkout that a build does not know. */
export async function tablesUnknownTo({ folder }: Build): Promise<TablesByTag> {
  const file = pathToFileURL(join(folder, 'src/ledger/ledger-rows.ts')).href;
  const known: { readonly TABLES: TablesByTag } = await import(file);
  return Object.fromEntries(Object.entries(TABLES).filter(([tag]) => !(tag in known.TABLES)));
}

/** @returns what is wrong: rows of `rejected` that are not of unknown tables */
export function wronglyRejected(rows: readonly RejectedRow[], unknown: TablesByTag): string[] {
  const others = rows.filter(({ ordinal, code, body }) => {
    // Behind the head.
    const line = body.split('\n')[ordinal + 1] ?? '';
    return code !== 'unreadable_record' || !(line.slice(0, 1) in unknown);
  });
  return others.map(({ code, body }) => `rejected: ${code} ${body.slice(0, 200)}`);
}

/** Something that a report of `verify` tells of a record. */
export interface Told {
  readonly what: 'missing record' | 'missing rows' | 'surplus rows';
  /** '' = of a whole record. */
  readonly table: string;
  /** `<partition> <ledger id>` */
  readonly record: string;
}

/** Records of a table, as `Told` names them. */
export type Records = ReadonlySet<string>;

/**
 * What the build that does not know them may tell: they are missing, or not in `rejected`.
 * @param held records that the tables have
 */
export function mayMiss({ what, table, record }: Told, held: Records): boolean {
  const isWhole = what === 'missing record';
  return held.has(record) && (isWhole || (what === 'missing rows' && table === 'rejected'));
}

/**
 * What this checkout may tell: rows are in `rejected` and not where they belong.
 * @param rejected records of `rejected`
 */
export function mayFind(
  { what, table, record }: Told,
  rejected: Records,
  unknown: TablesByTag,
): boolean {
  if (!rejected.has(record)) return false;
  if (what === 'surplus rows') return table === 'rejected';
  return what === 'missing rows' && Object.values(unknown).includes(table);
}

const RANGE = 'records? (?<first>\\d+)(?:-(?<last>\\d+))? of partition (?<partition>\\d+)$';
const OF_RECORDS = new RegExp(`^missing in history: ${RANGE}`);
const OF_ROWS = new RegExp(
  `^(?<what>missing|surplus) rows?: (?<rows>\\d+) in (?<table>\\w+), ${RANGE}`,
);
const TOTAL = /^(\d+) records, rows or customers differ$/;
/** What it prints of a run that ends well, too. */
const TOLD_ANYWAY =
  /^(?:verify +)?(?:NOT OK: .* 0 not yet in history,|rows: .*refused by a table: 0$|not compared: .*by id only|cannot be known from here:)/;

/**
 * What is wrong in a report of `verify`.
 * @param mayTell what is not
 */
export function wronglyTold(
  report: { readonly code: number; readonly text: string },
  mayTell: (told: Told) => boolean,
): string[] {
  if (report.code === 0) return [];
  const faults: string[] = [];
  let told = 0;
  let total = -1;
  for (const line of report.text.split('\n')) {
    const groups = (OF_RECORDS.exec(line) ?? OF_ROWS.exec(line))?.groups;
    if (groups !== undefined) {
      const { first, last = first, partition, table = '', rows } = groups;
      const what = rows === undefined ? 'missing record' : (`${groups.what} rows` as Told['what']);
      const ids = idsBetween(Number(first), Number(last));
      told += Number(rows ?? ids.length);
      const isAllowed = (id: number) => mayTell({ what, table, record: `${partition} ${id}` });
      if (!ids.every(isAllowed)) faults.push(line);
    } else if (TOTAL.test(line)) {
      total = Number(TOTAL.exec(line)![1]);
    } else if (!TOLD_ANYWAY.test(line)) {
      faults.push(line);
    }
  }
  // A list that is cut could hide anything.
  if (total !== told) faults.push(`${total} differ, and ${told} are told`);
  return faults;
}

function idsBetween(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
