// A folder's catalog becomes current: at a start by rule, on save because somebody just saved it.
//
// At a start it is published only if nothing is, or if it means something else than what was last
// published from a folder: a restart must not undo what was published over HTTP meanwhile. What
// another build published is compared by its files, since builds need not agree on hashes.
//
// A folder whose tests fail is not published over something that serves; where there is nothing else
// it is, since no decisions at all are no better. What is current but cannot run in this build stays,
// too, unless nobody else can be running on it: another build may serve it right now.
//
// A folder with faults ends a start only where nothing else can be served: after a restart a shop must
// come up, whatever somebody was writing meanwhile.

import { basename, isAbsolute } from 'node:path';
import { compileCatalog } from '../catalog/compile-catalog.ts';
import { type Fault, formatFault, formatFaults } from '../catalog/fault.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import { diffCatalogs } from '../catalog-diff/diff-catalogs.ts';
import type { TestReport } from '../catalog-tests/test-report.ts';
import { SetupFault, Unavailable } from '../errors.ts';
import type { Snapshot, VersionEntry, VersionId } from '../snapshots/snapshot.ts';
import type { CatalogVersions } from './catalog-versions.ts';

/** A catalog without faults. */
export interface FolderCatalog {
  /** Where it is, as it was typed. */
  readonly path: string;
  readonly files: readonly SourceFile[];
  readonly hash: string;
  readonly name: string;
  /** Runs its tests. */
  test(): Promise<TestReport>;
  /** A file of it as the caller would type it. */
  typed(file: string): string;
}

/** One that cannot be published. */
export interface FaultyFolder {
  /** Where it is, as it was typed. */
  readonly path: string;
  /** At least one; files as the caller would type them. */
  readonly faults: readonly Fault[];
}

/** When, and so under which rule. */
export interface Occasion {
  /** `lost`: Redis came back without a catalog; whatever it has by now stays. */
  readonly when: 'start' | 'saved' | 'lost';
  /** Whether nobody but what is being started can be running on this store. */
  readonly isAlone: boolean;
}

/** What became of it. */
export type FolderOutcome =
  | {
      readonly kind: 'published';
      readonly publication: number;
      /** What it changes; null = nothing was published before. */
      readonly changes: readonly CatalogChange[] | null;
      /** The catalog of another name that was current before; else null. */
      readonly otherBefore: VersionEntry | null;
      /** Of what was current and cannot run in this build: its first fault; else null. */
      readonly unusable: string | null;
      /** null = they were not run. */
      readonly tests: TestReport | null;
    }
  | { readonly kind: 'unchanged'; readonly publication: number }
  /** The folder is as it was when it was published last; what is current came otherwise. */
  | { readonly kind: 'kept'; readonly current: VersionEntry | VersionId }
  | { readonly kind: 'failing'; readonly current: VersionId; readonly tests: TestReport }
  | { readonly kind: 'faulty'; readonly current: VersionId; readonly faults: readonly Fault[] };

/** How often others may publish in between before it is given up. */
const ATTEMPTS_MAX = 4;
/** Characters of a folder's path that a note has. */
const PATH_NOTED = 200;

/**
 * @throws Unavailable; SetupFault when what is current cannot run here and must stay all the same, and
 *   with every fault of a folder where nothing that is published can be served instead
 */
export async function publishFolder(
  folder: FolderCatalog | FaultyFolder,
  versions: CatalogVersions,
  occasion: Occasion,
): Promise<FolderOutcome> {
  if ('faults' in folder) return keepDespite(folder.faults, versions);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const outcome = await publishOnce(folder, versions, occasion);
    if (outcome !== null) return outcome;
  }
  throw new Unavailable('store_unavailable');
}

async function keepDespite(
  faults: readonly Fault[],
  versions: CatalogVersions,
): Promise<FolderOutcome> {
  const current = await versions.read();
  if (current === null) throw new SetupFault(`the catalog cannot be used:${listed(faults)}`);
  const unusable = firstFault(current.content);
  if (unusable === null) return { kind: 'faulty', current, faults };
  throw new SetupFault(
    `publication ${current.publication} cannot run in this build (${unusable}), and the folder cannot ` +
      `take its place:${listed(faults)}`,
  );
}

/** One fault is one line; several are a line each. */
function listed(faults: readonly Fault[]): string {
  return `${faults.length === 1 ? ' ' : '\n'}${formatFaults(faults).trimEnd()}`;
}

/** null = somebody else published meanwhile. */
async function publishOnce(
  folder: FolderCatalog,
  versions: CatalogVersions,
  occasion: Occasion,
): Promise<FolderOutcome | null> {
  const latest = await versions.latest();
  if (latest !== null && occasion.when === 'lost') return { kind: 'unchanged', ...latest };
  if (latest?.hash === folder.hash) return put(folder, versions, occasion, latest);
  const current = latest === null ? null : await versions.read();
  if (current?.publication !== latest?.publication) return null;
  let unusable: string | null = null;
  if (current !== null && occasion.when === 'start') {
    const isAsBefore = await isLastFromFolder(folder, versions, current);
    if (isAsBefore) unusable = firstFault(current.content);
    if (isAsBefore && unusable === null) {
      return { kind: 'kept', current: (await versions.version(current.publication)) ?? current };
    }
    if (unusable !== null && !occasion.isAlone) throw unusableHere(current, unusable);
  }
  const tests = await folder.test();
  if (tests.failed > 0 && current !== null && unusable === null) {
    return { kind: 'failing', current, tests };
  }
  const outcome = await put(folder, versions, occasion, current);
  if (outcome?.kind !== 'published') return outcome;
  const changes = current === null ? null : diffCatalogs(current.content, folder.files);
  const before = current === null ? null : await versions.version(current.publication);
  const otherBefore = before?.name === folder.name ? null : before;
  return { ...outcome, changes, otherBefore, unusable, tests };
}

async function put(
  { path, files: content, hash, name }: FolderCatalog,
  versions: CatalogVersions,
  { when }: Occasion,
  current: VersionId | null,
) {
  const expectedPublication = current?.publication ?? 0;
  // Nobody signs these; who reads the list of versions shall know all the same where they are from.
  // Where the machine keeps its folders is nobody's business there.
  const author = when === 'saved' ? 'watch' : 'start';
  const named = (isAbsolute(path) ? basename(path) : path).slice(0, PATH_NOTED);
  const note = `folder ${named}${when === 'lost' ? ', Redis had lost it' : ''}`;
  const said = { author, note, source: 'folder' } as const;
  const candidate = { content, hash, name, expectedPublication, ...said };
  const { kind, publication } = await versions.publish(candidate);
  if (kind === 'conflict') return null;
  const untold = { changes: null, otherBefore: null, unusable: null, tests: null };
  return kind === 'unchanged' ? { kind, publication } : { kind, publication, ...untold };
}

async function isLastFromFolder(
  { hash, files }: FolderCatalog,
  versions: CatalogVersions,
  current: Snapshot<readonly SourceFile[]>,
): Promise<boolean> {
  const last = await versions.lastFromFolder();
  if (last === null || last === hash) return last === hash;
  const content = last === current.hash ? current.content : await versions.content(last);
  return content !== null && diffCatalogs(content, files).length === 0;
}

function firstFault(files: readonly SourceFile[]): string | null {
  const compiled = compileCatalog(files);
  return compiled.ok ? null : formatFault(compiled.faults[0]!);
}

function unusableHere({ publication }: VersionId, fault: string): SetupFault {
  return new SetupFault(
    `publication ${publication} cannot run in this build (${fault}), and it stays: it was published ` +
      'since the folder was. Roll it back where the build runs that published it (proffer catalog ' +
      'rollback), or change the folder, which then takes its place',
  );
}
