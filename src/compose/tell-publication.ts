// What became of a folder's catalog, in one line of a log, with what must be mended below it.

import { formatFault } from '../catalog/fault.ts';
import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import type { TestReport } from '../catalog-tests/test-report.ts';
import type { VersionEntry, VersionId } from '../snapshots/snapshot.ts';
import type { FaultyFolder, FolderCatalog, FolderOutcome } from './publish-folder.ts';

/** Changes that the line names; more are counted. */
const CHANGES_TOLD = 5;
/** Faults, or failing expectations, that a start tells; the command named below them has them all. */
const FAILURES_TOLD = 10;

type Folder = Pick<FolderCatalog, 'path' | 'name' | 'typed'> | FaultyFolder;

interface Lines {
  info(line: string): void;
  warn(line: string): void;
}

/**
 * @param folder what was to be published
 * @param tellFailure takes each expectation of its tests that was not met; default: the first in the log
 */
export function tellPublication(
  outcome: FolderOutcome,
  folder: Folder,
  log: Lines,
  tellFailure = firstIn(log, `test ${folder.path}`),
): void {
  const { path } = folder;
  switch (outcome.kind) {
    case 'published': {
      const { publication, changes, otherBefore, unusable, tests } = outcome;
      if (unusable !== null) {
        log.warn(
          `what was published cannot run in this build, ${path} takes its place: ${unusable}`,
        );
      }
      if (tests !== null) tellFailures(tests, folder, tellFailure);
      if (otherBefore !== null && 'name' in folder) {
        const back = `proffer catalog rollback ${otherBefore.publication}`;
        const before = `${otherBefore.name} (${back} brings that back)`;
        log.info(
          `publication ${publication}: ${path} (${folder.name}) takes the place of ${before}`,
        );
        return;
      }
      const what = changes === null ? 'the first one' : changesText(changes);
      log.info(`publication ${publication} is ${path}: ${what}`);
      return;
    }
    case 'kept': {
      const { current } = outcome;
      const stays = `publication ${current.publication}${saidOf(current)} stays in effect`;
      log.info(
        'source' in current && current.source === 'folder'
          ? `${stays}: ${path} means the same`
          : `${stays}. ${path} did not change since it was published before that; ` +
              `proffer catalog publish ${path} puts it back into effect`,
      );
      return;
    }
    case 'failing': {
      const { current, tests } = outcome;
      tellFailures(tests, folder, tellFailure);
      const { passed, failed } = tests;
      const all = passed + failed;
      const fail = all === 1 ? 'its only test failed' : `${failed} of its ${all} tests failed`;
      log.warn(
        `${path} is not published, publication ${current.publication} stays: ${fail} ` +
          `(proffer catalog publish --force ${path} publishes it all the same)`,
      );
      return;
    }
    case 'faulty': {
      const { current, faults } = outcome;
      const tell = firstIn(log, `validate ${path}`);
      for (const fault of faults) tell(formatFault(fault));
      const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
      log.warn(`${path} is not published, publication ${current.publication} stays: ${count}`);
      return;
    }
    case 'unchanged':
  }
}

/** ` (shop, by Ann: lower caps)`, as far as it is known. */
function saidOf(version: VersionId | VersionEntry): string {
  if (!('name' in version)) return '';
  const { name, author, note } = version;
  const by = author === '' ? '' : `by ${author}`;
  const why = note === '' ? '' : `: ${note}`;
  const said = [name, `${by}${why}`].filter((part) => part !== '').join(', ');
  return said === '' ? '' : ` (${said})`;
}

/** `changed offer phone_case (cap 2 in 7d → 3 in 7d), added trigger t, and 3 more changes` */
function changesText(changes: readonly CatalogChange[]): string {
  if (changes.length === 0) return 'it means what was published before';
  const told = changes.slice(0, CHANGES_TOLD).map(({ kind, name, change, details }) => {
    const more = details.length > 1 ? ', …' : '';
    return `${change} ${kind} ${name}${details.length > 0 ? ` (${details[0]}${more})` : ''}`;
  });
  const more = changes.length - CHANGES_TOLD;
  return [...told, ...(more > 0 ? [`and ${more} more changes`] : [])].join(', ');
}

function tellFailures({ failures }: TestReport, folder: Folder, tell: (line: string) => void) {
  const typed = 'typed' in folder ? folder.typed : (file: string) => file;
  for (const { file, line, column, test, message } of failures) {
    tell(`${typed(file)}:${line}:${column}: ${test}: ${message}`);
  }
}

/** @param command of `proffer catalog` that has them all */
function firstIn(log: Lines, command: string): (line: string) => void {
  let told = 0;
  return (line) => {
    if (told < FAILURES_TOLD) log.warn(line);
    else if (told === FAILURES_TOLD)
      log.warn(`… and more: proffer catalog ${command} has them all`);
    told++;
  };
}
