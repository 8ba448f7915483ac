// `proffer catalog diff`: what one version changes of another. Each may be a publication, or files that
// are not published yet.

import { formatFault } from '../catalog/fault.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import { readSources } from '../catalog/load-catalog.ts';
import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import { diffCatalogs } from '../catalog-diff/diff-catalogs.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import type { ServiceOptions } from './catalog-access.ts';
import { CatalogService } from './catalog-service.ts';
import { changeLines } from './catalog-text.ts';
import type { Output } from './output.ts';

/**
 * @param sides publications or paths: none = the one before the current one, and the current one; one
 *   publication = the one before it, and that; one path = the current one and that
 * @returns the exit code: 0 whether or not they differ
 */
export async function diffCatalog(
  config: Config,
  sides: readonly string[],
  { json = false, ...options }: ServiceOptions,
  { stdout }: Output = process,
): Promise<number> {
  const service = new CatalogService(config, options);
  const [from, to] = await namedSides(sides, service);
  const changes = await changesBetween(from, to, service);
  if (json) stdout.write(`${JSON.stringify({ changes }, null, 2)}\n`);
  else if (changes.length > 0) stdout.write(changeLines(changes));
  else stdout.write(`${nameOf(from)} and ${nameOf(to)} mean the same\n`);
  return 0;
}

/** A publication, or the path of files. */
type Side = number | string;

async function namedSides(
  sides: readonly string[],
  service: CatalogService,
): Promise<readonly [Side, Side]> {
  const [first, second] = sides.map((side) => (/^\d{1,15}$/.test(side) ? Number(side) : side));
  if (first !== undefined && second !== undefined) return [first, second];
  if (typeof first === 'string') return [(await service.current()).publication, first];
  const versions = await service.versions();
  const to = first ?? versions[0]?.publication;
  if (to === undefined) throw new SetupFault('nothing is published yet');
  // Below the newest thousand, which are what is asked for, numbers have no gaps either.
  const before = versions.find(({ publication }) => publication < to)?.publication ?? to - 1;
  if (before < 1 || versions.length < 2) {
    throw new SetupFault(`publication ${to} is the first one: there is none before`);
  }
  return [before, to];
}

async function changesBetween(
  from: Side,
  to: Side,
  service: CatalogService,
): Promise<readonly CatalogChange[]> {
  if (typeof from === 'number' && typeof to === 'number') return service.diff(from, to);
  return diffCatalogs(await filesOf(from, service), await filesOf(to, service));
}

async function filesOf(side: Side, service: CatalogService): Promise<readonly SourceFile[]> {
  if (typeof side === 'number') return (await service.version(side)).files;
  const read = readSources(side);
  if (!read.ok) throw new SetupFault(formatFault(read.fault));
  return read.files;
}

function nameOf(side: Side): string {
  return typeof side === 'number' ? `publication ${side}` : side;
}
