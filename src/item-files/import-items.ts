// FILES ─► rows ─► items ─► checked ─► calls of PUT /v1/items. Lines that cannot be used are told and left
// out, until there are too many of them: then something else is wrong, and it is better to stop and look.

import { jsonAsSent } from '../model/json-text.ts';
import { csvRows } from './csv-rows.ts';
import { foundItems } from './found-items.ts';
import { ItemReading, type ReadItem, type ReadingChoices } from './item-of-row.ts';
import { type ItemRow, UnreadableFile } from './item-row.ts';
import { jsonlRows } from './jsonl-rows.ts';
import { type ItemSender, PUT_CHARS_MAX, PUT_MAX, type PutItem } from './put-items.ts';
import { readText } from './read-text.ts';

export const FORMATS = ['csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

export interface ItemFile {
  /** `-` = standard input. */
  readonly path: string;
  readonly format: Format;
}

export interface ImportChoices extends ReadingChoices {
  /** null = as the file says. */
  readonly delimiter: string | null;
  readonly encoding: string | null;
  /** Lines that may be left out. */
  readonly errorsMax: number;
}

export interface ImportParts {
  /** null = nothing is sent. */
  readonly sender: Pick<ItemSender, 'put'> | null;
  /** What the service would say against an item; null = nothing. @param text its JSON */
  check(text: string): string | null;
  /** Once for each file of CSV. */
  onColumns(path: string, reading: ItemReading, names: readonly string[]): void;
  onUnusable(path: string, line: number, reason: string): void;
  onFirst(item: ReadItem): void;
  onProgress(bytes: number, items: number): void;
}

export interface Imported {
  rows: number;
  /** That are in; without a sender, that would be. */
  items: number;
  /** Lines that were left out. */
  unusable: number;
  /** Why not everything was read; null = it was. */
  stopped: string | null;
}

/** Thrown where nothing more is to be sent; the message says why. */
class Stopped extends Error {}

/** Puts all items of the files; what is in when it stops stays in. */
export async function importItems(
  files: readonly ItemFile[],
  choices: ImportChoices,
  parts: ImportParts,
): Promise<Imported> {
  const run = new ImportRun(choices, parts);
  try {
    for (const file of files) await run.file(file);
  } catch (error) {
    if (!(error instanceof Stopped || error instanceof UnreadableFile)) throw error;
    run.imported.stopped = error.message;
  }
  return run.imported;
}

class ImportRun {
  readonly imported: Imported = { rows: 0, items: 0, unusable: 0, stopped: null };
  private batch: PutItem[] = [];
  private chars = 0;
  private isFirst = true;

  constructor(
    private readonly choices: ImportChoices,
    private readonly parts: ImportParts,
  ) {}

  async file(file: ItemFile): Promise<void> {
    const { path } = file;
    const reading = new ItemReading(this.choices);
    try {
      const rows = this.watched(file, reading, this.rowsOf(file));
      for await (const found of foundItems(rows, reading, () => this.imported.rows++)) {
        if (found.kind === 'unusable') this.leaveOut(path, found.line, found.reason);
        else await this.add(path, found.line, found.item);
      }
      await this.flush(path);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      // What was read before is sound.
      await this.flush(path);
      throw new UnreadableFile(`${path}: ${error.message}`);
    }
  }

  private rowsOf({ path, format }: ItemFile): AsyncIterable<ItemRow> {
    const { encoding, delimiter } = this.choices;
    const onBytes = (bytes: number) => this.parts.onProgress(bytes, this.imported.items);
    const text = readText({ path, encoding, onBytes });
    return format === 'csv' ? csvRows(text, delimiter) : jsonlRows(text);
  }

  /** Tells what the columns of CSV are taken for, and stops where none says which item a row is. */
  private async *watched(
    { path, format }: ItemFile,
    reading: ItemReading,
    rows: AsyncIterable<ItemRow>,
  ): AsyncGenerator<ItemRow> {
    let isBegun = false;
    for await (const row of rows) {
      if (!isBegun && format === 'csv' && row.kind === 'row') this.begin(path, reading, row.names);
      isBegun = isBegun || row.kind === 'row';
      yield row;
    }
  }

  private begin(path: string, reading: ItemReading, names: readonly string[]): void {
    const missing = [...this.choices.map.keys()].find((name) => !names.includes(name));
    if (missing !== undefined) {
      throw new Stopped(`${path}: --map ${missing}: no column has this name, but ${said(names)}`);
    }
    const targets = reading.targets(names);
    if (
      !targets.some((target) => target !== null && 'field' in target && target.field === 'itemId')
    )
      throw new Stopped(
        `${path}: no column says which item a row is: name it, --map column=itemId; there are ${said(names)}`,
      );
    this.parts.onColumns(path, reading, names);
  }

  private async add(path: string, line: number, item: ReadItem): Promise<void> {
    const text = jsonAsSent(item);
    const reason = this.parts.check(text);
    if (reason !== null) return this.leaveOut(path, line, reason);
    if (this.isFirst) this.parts.onFirst(item);
    this.isFirst = false;
    if (this.batch.length === PUT_MAX || this.chars + text.length > PUT_CHARS_MAX)
      await this.flush(path);
    this.batch.push({ line, text });
    this.chars += text.length;
  }

  private leaveOut(path: string, line: number, reason: string): void {
    this.imported.unusable++;
    this.parts.onUnusable(path, line, reason);
    const { errorsMax } = this.choices;
    if (this.imported.unusable <= errorsMax) return;
    const those = errorsMax === 0 ? 'a line' : `more than ${errorsMax} lines`;
    throw new Stopped(`${those} cannot be used (--max-errors ${errorsMax})`);
  }

  private async flush(path: string): Promise<void> {
    const { batch } = this;
    [this.batch, this.chars] = [[], 0];
    if (batch.length === 0) return;
    const outcome = (await this.parts.sender?.put(batch)) ?? {
      ...({ kind: 'put', items: batch.length, refused: [] } as const),
    };
    const from = `${path}, line ${batch[0]!.line}`;
    switch (outcome.kind) {
      case 'put':
        this.imported.items += outcome.items;
        this.parts.onProgress(0, this.imported.items);
        for (const { line, reason } of outcome.refused) this.leaveOut(path, line, reason);
        return;
      case 'full':
        throw new Stopped(
          `${from}: the service has as many items as it may (PROFFER_ITEMS_MAX); nothing from here on is in`,
        );
      case 'unauthorized':
        throw new Unauthorized();
      case 'failed':
        throw new Stopped(`${from}: ${outcome.reason}`);
    }
  }
}

/** The service does not take the key. */
export class Unauthorized extends Error {}

function said(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
