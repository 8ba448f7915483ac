// Catalogs' versions, changes, faults and failures as lines: aligned for eyes, one thing a line for grep.

import { join } from 'node:path';
import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import type { TestFailure } from '../catalog-tests/test-report.ts';
import { printable } from '../replay/recorded/printable.ts';
import type { Told, Version } from './catalog-service.ts';

/** Widest column that others are aligned to; what is longer pushes the rest aside. */
const COLUMN_MAX = 32;

/** Rows in columns; the last one as it is. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      if (cell.length <= COLUMN_MAX) widths[i] = Math.max(widths[i] ?? 0, cell.length);
    }
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** A line for each detail, one for a change without any; each names what it is of. */
export function changeLines(changes: readonly CatalogChange[]): string {
  const rows = changes.flatMap(({ kind, name, change, details }) =>
    (details.length === 0 ? [''] : details).map((detail) =>
      [change, kind, name, detail].map(printable),
    ),
  );
  return columns(rows);
}

/** The versions, in the order given, below a line of headings. */
export function versionLines(versions: readonly Version[]): string {
  const rows = versions.map(({ publication, publishedAt, hash, name, author, note }) =>
    [String(publication), publishedAt, hash, name, author, note].map(printable),
  );
  return columns([['PUBLICATION', 'PUBLISHED', 'HASH', 'NAME', 'AUTHOR', 'NOTE'], ...rows]);
}

/** Of which folder the service's file names are, and so what the caller types for them. */
export interface Typed {
  readonly path: string;
  readonly folder: boolean;
}

/** As `catalog validate` prints them: `file:line:column: path: message`. @param kind e.g. `warning: ` */
export function toldLines(told: readonly Told[], typed: Typed, kind = ''): string {
  return told
    .map(({ path, message, ...place }) => {
      const where = path === '' ? '' : `${printable(path)}: `;
      return `${placeOf(place, typed)}: ${kind}${where}${printable(message)}\n`;
    })
    .join('');
}

/** As `catalog test` prints them: `file:line:column: test: message`. */
export function failureLines(failures: readonly TestFailure[], typed: Typed): string {
  return failures
    .map(({ test, message, ...place }) => {
      const lines = message.split('\n').map(printable).join('\n');
      return `${placeOf(place, typed)}: ${printable(test)}: ${lines}\n`;
    })
    .join('');
}

function placeOf(place: Pick<Told, 'file' | 'line' | 'column'>, { path, folder }: Typed): string {
  const file = printable(folder ? join(path, place.file) : path);
  return place.line === 0 ? file : `${file}:${place.line}:${place.column}`;
}

/** `8 s`, `5 min`, `3 h`, `12 d` @param ms of time that went by */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** `shop is refused: 2 warnings` */
export function refusalLine(path: string, why: string): string {
  return `${printable(path)} is refused: ${why}\n`;
}

/** `1 warning`, `2 warnings` */
export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
