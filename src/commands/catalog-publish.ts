// `proffer catalog publish` and `rollback`: the running service takes a version whole or refuses it
// whole, and says why; the rest is how that is told.

import { formatFault } from '../catalog/fault.ts';
import { readSources } from '../catalog/load-catalog.ts';
import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import { diffCatalogs } from '../catalog-diff/diff-catalogs.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { printable } from '../replay/recorded/printable.ts';
import type { ServiceOptions } from './catalog-access.ts';
import {
  CatalogService,
  type Published,
  type Refusal,
  type Saying,
  unknownText,
  type Version,
} from './catalog-service.ts';
import {
  ageText,
  changeLines,
  counted,
  failureLines,
  type Typed,
  toldLines,
} from './catalog-text.ts';
import type { Output } from './output.ts';

/** What is said of a publication, as it is typed. */
export interface SayingOptions extends ServiceOptions {
  readonly note?: string;
  readonly author?: string;
  /** Number that must be current. */
  readonly expected?: string;
}

export interface PublishOptions extends SayingOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** Of a catalog of another name, more would be a list of all that both have. */
const CHANGES_OF_ANOTHER = 20;

/** @returns the exit code: 1 when it was refused */
export async function publishCatalog(
  config: Config,
  path: string,
  options: PublishOptions,
  output: Output = process,
): Promise<number> {
  const saying = sayingOf(options);
  const service = new CatalogService(config, options);
  const read = readSources(path);
  if (!read.ok) {
    output.stderr.write(`${formatFault(read.fault)}\n`);
    return 1;
  }
  const { dryRun = false, force = false, json = false } = options;
  const answer = await service.publish({
    files: read.files,
    ...saying,
    ...(dryRun && { dryRun }),
    ...(force && { force }),
  });
  if (answer.kind === 'refused') {
    const typed = { path, folder: read.folder };
    return tellRefusal(answer.refusal, saying, service, typed, json, output);
  }
  const { body } = answer;
  if (json) {
    output.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
    return 0;
  }
  tellPublished(body, { path, folder: read.folder }, output);
  if (body.unchanged) return 0;
  if (body.publication !== null && saying.expectedPublication === undefined) {
    tellReplaced(body.publication, await service.versions(), output);
  }
  const changes =
    body.publication === null
      ? diffCatalogs((await currentOf(service))?.files ?? [], read.files)
      : await changesBy(body.publication, service);
  tellChanges(changes, body.publication === null ? ` ${path}` : '', output);
  return 0;
}

/** @param publication as typed; absent = the newest content that differs from what is current */
export async function rollBackCatalog(
  config: Config,
  publication: string | undefined,
  { json = false, ...options }: SayingOptions,
  output: Output = process,
): Promise<number> {
  const wanted = publicationOf(publication, 'publication');
  const saying = sayingOf(options);
  const service = new CatalogService(config, options);
  const answer = await service.rollBack(wanted, saying);
  const typed = { path: '.', folder: true };
  if (answer.kind === 'refused') {
    const unknown = answer.refusal.code === 'unknown_publication';
    if (unknown && wanted !== null && !json) throw new SetupFault(unknownText(wanted));
    return tellRefusal(answer.refusal, saying, service, typed, json, output);
  }
  const { body } = answer;
  if (json) {
    output.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
    return 0;
  }
  tellPublished(body, typed, output);
  if (body.unchanged || body.publication === null) return 0;
  const versions = await service.versions();
  const earlier = versions.find(
    (version) => version.hash === body.hash && version.publication < body.publication!,
  );
  if (earlier !== undefined) output.stdout.write(`its content is that of ${nameOf(earlier)}\n`);
  tellChanges(await changesBy(body.publication, service), '', output);
  return 0;
}

function sayingOf({ note, author, expected }: SayingOptions): Saying {
  const expectedPublication = publicationOf(expected, '--expected');
  return {
    ...(note !== undefined && { note }),
    ...(author !== undefined && { author }),
    ...(expectedPublication !== null && { expectedPublication }),
  };
}

/** A publication as somebody typed it; null where nothing is. @throws SetupFault */
function publicationOf(text: string | undefined, what: string): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SetupFault(`${what} ${printable(text)}: expected the number of a publication`);
}

/** `publication 7 (2026-11-30T10:00:00.000Z, by Ann: lower caps)` */
export function nameOf({ publication, publishedAt, author, note }: Version): string {
  const by = author === '' ? '' : `, by ${author}`;
  const why = note === '' ? '' : `: ${note}`;
  return printable(`publication ${publication} (${publishedAt}${by}${why})`);
}

/** What is current, with its files; null when nothing is published. */
async function currentOf(service: CatalogService) {
  const [current] = await service.versions();
  return current === undefined ? null : service.version(current.publication);
}

/** What a publication changed of the one before it; null of the first. */
async function changesBy(
  publication: number,
  service: CatalogService,
): Promise<readonly CatalogChange[] | null> {
  const versions = await service.versions();
  const before = versions.find((version) => version.publication < publication);
  return before === undefined ? null : service.diff(before.publication, publication);
}

/**
 * Who publishes over somebody else's version is told: two who edit the same folder undo each other
 * unnoticed otherwise. What a start published is nobody's work.
 */
function tellReplaced(publication: number, versions: readonly Version[], { stdout }: Output) {
  const ours = versions.find((version) => version.publication === publication);
  const before = versions.find((version) => version.publication < publication);
  if (ours === undefined || before === undefined) return;
  const { author } = before;
  if (author === ours.author || author === '' || author === 'start') return;
  const mine = versions.find(
    (version) => version.publication < before.publication && version.author === ours.author,
  );
  const expected = mine?.publication ?? before.publication - 1;
  const age = ageText(Date.parse(ours.publishedAt) - Date.parse(before.publishedAt));
  stdout.write(
    printable(
      `the version before is by ${author}, ${age} old: --expected ${expected} would have refused`,
    ).concat('\n'),
  );
}

/** @param diff the arguments of `proffer catalog diff` that print the changes again */
function tellChanges(
  changes: readonly CatalogChange[] | null,
  diff: string,
  { stdout }: Output,
): void {
  if (changes === null) return;
  const renamed = changes.find(({ kind, name }) => kind === 'catalog' && name === 'catalog');
  if (renamed !== undefined && changes.length > CHANGES_OF_ANOTHER) {
    const all = `proffer catalog diff${diff} prints all ${changes.length} changes`;
    stdout.write(printable(`another catalog: ${renamed.details[0] ?? ''} (${all})`).concat('\n'));
  } else if (changes.length > 0) stdout.write(changeLines(changes));
  else stdout.write('it means the same as before: only how it is written is different\n');
}

function tellPublished(body: Published, typed: Typed, { stdout, stderr }: Output): void {
  const { publication, hash, unchanged, warnings, tests } = body;
  stderr.write(toldLines(warnings, typed, 'warning: '));
  stderr.write(failureLines(body.failures ?? [], typed));
  const what =
    publication === null
      ? unchanged
        ? 'nothing would change: what is current has this content'
        : 'nothing was published: this is what would be'
      : unchanged
        ? `unchanged: publication ${publication} has this content`
        : `publication ${publication} is in effect`;
  const failed = tests.failed === 0 ? '' : `, ${tests.failed} failed`;
  const tested =
    tests.passed + tests.failed === 0 ? 'no tests' : `${counted(tests.passed, 'test')} passed`;
  const warned = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`;
  stdout.write(`${what} (${hash}; ${tested}${failed}${warned})\n`);
}

async function tellRefusal(
  refusal: Refusal,
  { expectedPublication: expected }: Saying,
  service: CatalogService,
  typed: Typed,
  json: boolean,
  { stdout, stderr }: Output,
): Promise<number> {
  const { code, message, faults = [], failures = [], current } = refusal;
  if (json) {
    stdout.write(`${JSON.stringify({ error: refusal }, null, 2)}\n`);
    return 1;
  }
  stderr.write(toldLines(faults, typed));
  stderr.write(failureLines(failures, typed));
  switch (code) {
    case 'invalid_catalog':
      stderr.write(`not published: ${counted(faults.length, 'fault')}\n`);
      break;
    case 'catalog_tests_failed':
      stderr.write(
        `not published: ${counted(failures.length, 'expectation')} of its tests ` +
          `${failures.length === 1 ? 'was' : 'were'} not met (--force publishes it all the same)\n`,
      );
      break;
    case 'publication_conflict':
      stderr.write(await conflictText(expected, current, service));
      break;
    default:
      stderr.write(`not published: ${printable(message)}\n`);
  }
  return 1;
}

async function conflictText(
  expected: number | undefined,
  current: number | undefined,
  service: CatalogService,
): Promise<string> {
  const now = (await service.versions()).find(({ publication }) => publication === current);
  const named = now === undefined ? `publication ${current}` : nameOf(now);
  const wanted = expected === undefined ? '' : `, not ${expected}`;
  return (
    `not published: ${named} is current${wanted}. See what it changed ` +
    `(proffer catalog diff${expected ? ` ${expected} ${current}` : ''}), then publish with --expected ${current}\n`
  );
}
