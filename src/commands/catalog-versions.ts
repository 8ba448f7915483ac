// `proffer catalog list` and `show`: what was published, and its files again.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceFile } from '../catalog/file-text.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { printable } from '../replay/recorded/printable.ts';
import type { ServiceOptions } from './catalog-access.ts';
import { CatalogService, type VersionWithFiles } from './catalog-service.ts';
import { columns, counted, versionLines } from './catalog-text.ts';
import type { Output } from './output.ts';

/** Newest first; the first is in effect. */
export async function listCatalogs(
  config: Config,
  { json = false, ...options }: ServiceOptions,
  { stdout }: Output = process,
): Promise<number> {
  const versions = await new CatalogService(config, options).versions();
  stdout.write(json ? `${JSON.stringify({ versions }, null, 2)}\n` : versionLines(versions));
  return 0;
}

export interface ShowOptions extends ServiceOptions {
  /** Empty or new folder that the files are written into. */
  readonly files?: string;
}

/**
 * @param what a publication (default: the current one), one of its files, or both
 * @returns the exit code: 1 when the version has no such file
 */
export async function showCatalog(
  config: Config,
  what: readonly string[],
  { files: folder, json = false, ...options }: ShowOptions,
  { stdout, stderr }: Output = process,
): Promise<number> {
  const [publication, path] = numberAndPath(what);
  const service = new CatalogService(config, options);
  const version = await service.version(publication ?? (await service.current()).publication);
  if (path !== null) {
    const file = version.files.find((each) => each.path === path);
    if (file !== undefined) stdout.write(file.text);
    else stderr.write(`proffer: it has no file ${printable(path)}: ${namesOf(version)}\n`);
    return file === undefined ? 1 : 0;
  }
  if (folder !== undefined) {
    writeFiles(version.files, folder);
    stdout.write(`${counted(version.files.length, 'file')} in ${folder}\n`);
  } else stdout.write(json ? `${JSON.stringify(version, null, 2)}\n` : versionText(version));
  return 0;
}

function numberAndPath(what: readonly string[]): readonly [number | null, string | null] {
  const [first, second] = what;
  if (first === undefined) return [null, null];
  if (/^\d{1,15}$/.test(first)) return [Number(first), second ?? null];
  if (second === undefined) return [null, first];
  throw new SetupFault(`${printable(first)}: expected the number of a publication`);
}

function versionText(version: VersionWithFiles): string {
  const { publication, hash, name, publishedAt, author, note, files } = version;
  const said = [
    ['publication', String(publication)],
    ['hash', hash],
    ['name', name],
    ['published', publishedAt],
    ['author', author],
    ['note', note],
    ...files.map(({ path, text }) => ['file', `${path}  (${Buffer.byteLength(text)} bytes)`]),
  ];
  return columns(said.map((row) => row.map(printable)));
}

function namesOf({ files }: VersionWithFiles): string {
  return files.map(({ path }) => printable(path)).join(', ');
}

/** Writes files below a folder that has nothing in it, and nowhere else. @throws SetupFault */
function writeFiles(files: readonly SourceFile[], folder: string): void {
  const strange = files.find(({ path }) => !isBelow(path));
  if (strange !== undefined) {
    throw new SetupFault(
      `nothing was written: ${printable(strange.path)} would not be in ${folder}`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) {
      throw new SetupFault(`${folder} is not empty: name a new folder`);
    }
    for (const { path, text } of files) {
      const full = join(folder, path);
      mkdirSync(dirname(full), { recursive: true });
      // A file that came meanwhile is somebody else's.
      writeFileSync(full, text, { flag: 'wx' });
    }
  } catch (error) {
    if (error instanceof SetupFault) throw error;
    throw new SetupFault(`${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** A relative path that stays below where it starts. Another service may have been given any. */
function isBelow(path: string): boolean {
  const parts = path.split('/');
  return (
    !/[\\\0:]/.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
