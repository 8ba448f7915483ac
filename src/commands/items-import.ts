// `proffer items import`: what a shop exported of its items, into the running service.

import { existsSync, statSync } from 'node:fs';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { readItems } from '../gateway/item-reader.ts';
import { columnsText, ITEM_FIELDS, isTarget } from '../item-files/columns.ts';
import {
  FORMATS,
  type Format,
  type ImportChoices,
  type Imported,
  type ItemFile,
  importItems,
  Unauthorized,
} from '../item-files/import-items.ts';
import { ItemSender, reasonIn } from '../item-files/put-items.ts';
import type { JsonObject } from '../model/json.ts';
import { jsonAsSent } from '../model/json-text.ts';
import { withLongNumbers } from '../model/long-numbers.ts';
import { printable } from '../replay/recorded/printable.ts';
import { type Access, accessTo, refusedAccess, type ServiceOptions } from './catalog-access.ts';
import { progressTo } from './import-progress.ts';
import type { Output } from './output.ts';

export interface ItemsImportOptions extends ServiceOptions {
  readonly format?: Format;
  /** `column=field`, each. */
  readonly map?: readonly string[];
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly decimal?: string;
  readonly maxErrors?: string;
  readonly dryRun?: boolean;
  /** false: columns that are no field are left out. */
  readonly properties?: boolean;
}

const ERRORS_MAX = 100;

/** @returns the exit code: 1 when a line was left out, or not everything was read */
export async function importItemFiles(
  config: Config,
  paths: readonly string[],
  options: ItemsImportOptions,
  output: Output & { readonly stderr: { readonly isTTY?: boolean } } = process,
): Promise<number> {
  const choices = choicesOf(options);
  const files = paths.map((path) => fileOf(path, options.format));
  const isDry = options.dryRun === true;
  const access = isDry ? null : accessTo(config, options);
  const progress = progressTo(output, totalOf(paths));
  const wait = (reason: string) => progress.now(`waiting: ${printable(reason)}`);
  const sender = access === null ? null : new ItemSender(access.url, access.key, wait);
  const named = (path: string) => (paths.length > 1 ? `${printable(path)}: ` : '');
  const startedAt = performance.now();
  const imported = await importItems(files, choices, {
    sender,
    check,
    onColumns: (path, reading, names) =>
      progress.say(named(path) + printable(columnsText(names, reading.targets(names)))),
    onUnusable: (path, line, reason) =>
      progress.say(`${named(path)}line ${line}: ${printable(reason)}`),
    onFirst: (item) => {
      if (isDry) progress.say(`the first item: ${printable(jsonAsSent(item))}`);
    },
    onProgress: (bytes, items) => progress.show(bytes, items),
  })
    .catch((error: unknown) => {
      throw refusedOr(error, config, access);
    })
    .finally(() => progress.end());
  const tookS = (performance.now() - startedAt) / 1_000;
  tell(output, imported, { ...options, tookS, retries: sender?.retries ?? 0 });
  return imported.unusable > 0 || imported.stopped !== null ? 1 : 0;
}

function refusedOr(error: unknown, config: Config, access: Access | null): unknown {
  return error instanceof Unauthorized && access !== null ? refusedAccess(config, access) : error;
}

/** As the service checks it. */
function check(text: string): string | null {
  const body = `{"items":[${text}]}`;
  const items = readItems(withLongNumbers(JSON.parse(body), body) as JsonObject, body);
  return 'kind' in items ? reasonIn(items.message) : null;
}

function tell(
  { stdout, stderr }: Output,
  { rows, items, unusable, stopped }: Imported,
  said: ItemsImportOptions & { readonly tookS: number; readonly retries: number },
): void {
  const { json = false, dryRun = false, tookS, retries } = said;
  if (json) {
    stdout.write(`${JSON.stringify({ rows, items, unusable, stopped, dryRun, retries })}\n`);
    return;
  }
  if (stopped !== null) stderr.write(`stopped: ${printable(stopped)}\n`);
  const done = dryRun
    ? `nothing was sent: ${items} items would be declared`
    : `${items} items declared`;
  const again = retries > 0 ? `, ${retries} calls sent again` : '';
  stdout.write(
    `${done}; ${rows} lines read, ${unusable} left out${again}; ${tookS.toFixed(1)} s\n`,
  );
}

function choicesOf(options: ItemsImportOptions): ImportChoices {
  const { map = [], delimiter, encoding, decimal, maxErrors = String(ERRORS_MAX) } = options;
  if (decimal !== undefined && decimal !== '.' && decimal !== ',')
    throw new SetupFault(`--decimal ${decimal}: . or ,`);
  if (!/^\d{1,9}$/.test(maxErrors)) throw new SetupFault(`--max-errors ${maxErrors}: a number`);
  return {
    map: new Map(map.map(mapping)),
    keepsOthers: options.properties !== false,
    decimal: decimal ?? null,
    delimiter: delimiterOf(delimiter),
    encoding: encodingOf(encoding),
    errorsMax: Number(maxErrors),
  };
}

function mapping(text: string): readonly [column: string, target: string] {
  const at = text.lastIndexOf('=');
  const to = text.slice(at + 1);
  if (at > 0 && isTarget(to)) return [text.slice(0, at), to];
  throw new SetupFault(
    `--map ${text}: column=field; fields are ${ITEM_FIELDS.join(', ')} and properties.x; column= leaves it out`,
  );
}

function delimiterOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (delimiter.length !== 1) throw new SetupFault(`--delimiter ${text}: one character, or tab`);
  return delimiter;
}

function encodingOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new SetupFault(`--encoding ${text}: such as utf-8, latin1, utf-16le or windows-1250`);
  }
}

function fileOf(path: string, format: Format | undefined): ItemFile {
  if (path !== '-' && !existsSync(path)) throw new SetupFault(`${path}: there is no such file`);
  const name = path.toLowerCase().replace(/\.gz$/, '');
  const isCsv = /\.(csv|tsv|txt)$/.test(name);
  const known = format ?? (isCsv ? 'csv' : /\.(jsonl|ndjson|json)$/.test(name) ? 'jsonl' : null);
  if (known !== null) return { path, format: known };
  throw new SetupFault(`${path}: what is it? --format ${FORMATS.join(' or ')}`);
}

/** Bytes of all files; 0 = nobody knows. */
function totalOf(paths: readonly string[]): number {
  return paths.includes('-') ? 0 : paths.reduce((sum, path) => sum + statSync(path).size, 0);
}
