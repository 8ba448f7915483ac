// `PROFFER_PUBLISH=watch`: the folder is published whenever it was saved. What is wrong with it is printed
// as `catalog validate` prints it, and then nothing is published: what serves goes on.
//
//   waiting ──saved──► looked at ──faults, failing tests──► printed ──► waiting
//      ▲                   │ else published, or Redis is away: looked at again ─┐
//      └───────────────────┴──────────────────────────────────────────────────◄─┘
//
// It is looked at in a thread: whoever watches serves, or supervises, meanwhile.
//
// It begins to look before the folder is read for the start, so that no save in between is missed, and
// publishes only once it was told to begin, when that start is over.

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Fault, formatFaults, formatWarnings } from '../catalog/fault.ts';
import { readSources } from '../catalog/load-catalog.ts';
import { type FolderWatch, watchFolder } from '../catalog/watch-folder.ts';
import type { Config } from '../config.ts';
import { SetupFault, TransientFault, Unavailable } from '../errors.ts';
import { type Log, silentLog } from '../ops/log.ts';
import { Opened } from '../ops/opened.ts';
import type { CatalogChecker, Remark } from '../publishing/publishing.ts';
import { openCatalogChecker } from './catalog-checker.ts';
import { catalogVersions } from './catalog-versions.ts';
import { openDeployment } from './deployment.ts';
import { type FolderCatalog, type FolderOutcome, publishFolder } from './publish-folder.ts';
import { tellPublication } from './tell-publication.ts';

/** Between two tries while Redis is away; ms. */
const PAUSE_MS = 1_000;

export interface WatchOptions {
  /** Told of each catalog that is current now. */
  readonly onPublished?: (catalog: FolderCatalog) => void;
  /** Takes faults, warnings and failing tests: a person reads them as they are. */
  readonly stderr?: { write(text: string): unknown };
}

export class CatalogWatch {
  private readonly path: string;
  private readonly stderr: { write(text: string): unknown };
  private readonly stopping = new AbortController();
  private readonly opened = new Opened();
  private readonly checker: CatalogChecker;
  private readonly watch: FolderWatch;
  private readonly begun: Promise<void>;
  private underWay: Promise<void> = Promise.resolve();
  /** From now on, what was saved is published, also what was saved before. */
  begin: () => void = () => {};

  /** @param redisUrl where it is published; asked once that is needed, after it began */
  constructor(
    private readonly config: Config,
    private readonly redisUrl: () => string,
    private readonly log: Log,
    private readonly options: WatchOptions = {},
  ) {
    this.checker = openCatalogChecker(config, this.opened);
    this.path = config.PROFFER_CATALOG;
    this.stderr = options.stderr ?? process.stderr;
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.watch = watchFolder(this.path, () => {
      this.underWay = this.publish();
      return this.underWay;
    });
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.watch.stop();
    this.stopping.abort();
    this.begin();
    await this.opened.close();
    await this.underWay;
  }

  /** Until it is done, or not worth another try. */
  private async publish(): Promise<void> {
    await this.begun;
    const { signal } = this.stopping;
    let said = '';
    while (!signal.aborted) {
      try {
        await this.publishOnce();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Unavailable || error instanceof TransientFault)) {
          const isOurs = !(error instanceof SetupFault);
          this.log.error(
            isOurs ? { err: error } : {},
            `${this.path} is not published${reasonOf(error)}`,
          );
          return;
        }
        // The folder is read again: what is saved meanwhile is what is published.
        if (error.message !== said) {
          this.log.warn(`${this.path} is not published yet${reasonOf(error)}`);
        }
        said = error.message;
        await pause(PAUSE_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  private async publishOnce(): Promise<void> {
    const { path, stderr } = this;
    const read = readSources(path);
    if (!read.ok) {
      this.refuse([read.fault]);
      return;
    }
    const { files, folder } = read;
    const typed = (file: string) => (folder ? join(path, file) : path);
    const checked = await this.checker.check(files);
    if (checked.kind === 'invalid') {
      this.refuse(checked.faults.map((remark) => faultOf(remark, typed)));
      return;
    }
    const { hash, name, tests, warnings } = checked;
    const catalog = { path, files, hash, name, typed, test: async () => tests };
    const outcome = await this.put(catalog);
    const told = warnings.map((remark) => faultOf(remark, typed));
    if (told.length > 0) stderr.write(`${formatWarnings(told)}\n`);
    tellPublication(outcome, catalog, this.log, (line) => stderr.write(`${line}\n`));
    if (outcome.kind !== 'failing') this.options.onPublished?.(catalog);
  }

  private async put(catalog: FolderCatalog): Promise<FolderOutcome> {
    const { signal } = this.stopping;
    const deployment = await openDeployment(this.config, this.redisUrl(), silentLog(), signal);
    try {
      const occasion = { when: 'saved', isAlone: false } as const;
      return await publishFolder(catalog, catalogVersions(deployment), occasion);
    } finally {
      deployment.connection.close();
    }
  }

  private refuse(faults: readonly Fault[]): void {
    this.stderr.write(`${formatFaults(faults)}\n`);
    const { length } = faults;
    this.log.warn(
      `${this.path} is not published: ${length === 1 ? '1 fault' : `${length} faults`}`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof SetupFault || error instanceof Unavailable ? `: ${error.message}` : '';
}

/** As `validate` has it: with the file's name as it would be typed. */
function faultOf(remark: Remark, typed: (file: string) => string): Fault {
  return { ...remark, file: typed(remark.file), found: null, expected: null, suggestion: null };
}
