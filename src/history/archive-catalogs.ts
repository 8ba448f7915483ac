// Puts every published version of the catalog into history, so that they outlive Redis.
//
// A round reads what is there and inserts what is missing, oldest first, a few at a time. One worker
// does it, the one that holds partition 0. Of an insert whose outcome is unknown nothing is believed:
// the next round reads again. What came twice all the same (a worker that was killed, or that lost its
// lease, while its insert went on) is one row to readers: `catalogs` is a view of one row for each
// number and hash. Versions are told apart by both, since numbers come again in a Redis that lost
// some of its data.
//
// Rejected: a position in Redis as for the ledger. There are few versions, and what is in history is
// the truth about what is in history.

import { randomUUID } from 'node:crypto';
import { columnString } from '../model/json-hazards.ts';
import type { Next } from '../partitions/task.ts';
import type { Belonging } from './belonging.ts';
import type { HistorySink } from './sinks/sink.ts';
import type { HistoryLog } from './telling.ts';

/** Which version. */
interface VersionId {
  readonly publication: number;
  readonly hash: string;
}

/** What is said of a version of the catalog. */
export interface VersionEntry extends VersionId {
  readonly name: string;
  readonly publishedAtMs: number;
  readonly author: string;
  readonly note: string;
}

type CatalogFiles = readonly { readonly path: string; readonly text: string }[];

/** Where published versions are read from. Methods throw `Unavailable`. */
export interface PublishedCatalogs {
  /** The current one; null = none. Cheap: polled. */
  latest(): Promise<VersionId | null>;
  /** Versions below number `before`, or all, newest first; `next` is where the next page begins. */
  list(
    before: number | null,
  ): Promise<{ readonly versions: readonly VersionEntry[]; readonly next: number | null }>;
  /** Files by content hash; null = they are gone. */
  content(hash: string): Promise<CatalogFiles | null>;
}

export interface ArchiveParts {
  readonly sink: Pick<HistorySink, 'query' | 'insert'>;
  readonly leases: { holds(partition: number): boolean };
  /** Asked before anything is written. */
  readonly belonging: Pick<Belonging, 'assertSame'>;
  readonly log: Pick<HistoryLog, 'warn'>;
}

/** Versions inserted in one round; each may be some MB. */
const ROUND_MAX = 16;

export class CatalogArchive {
  /** All up to this one is in history. */
  private upTo: VersionId | null = null;
  /** What history refuses, by number and hash: told once, and passed over. */
  private readonly refused = new Set<string>();

  /** @param intervalMs pause between two looks */
  constructor(
    private readonly published: PublishedCatalogs,
    private readonly parts: ArchiveParts,
    private readonly intervalMs: number,
  ) {}

  /** @throws Unavailable when Redis is away, Error when ClickHouse is; the next round goes on */
  async archiveOnce(): Promise<Next> {
    if (!this.isMine) {
      // Another worker may be at it meanwhile, and Redis another one in the end.
      this.upTo = null;
      return this.intervalMs;
    }
    const latest = await this.published.latest();
    if (latest === null || isSame(latest, this.upTo)) return this.intervalMs;
    const missing = await this.missing();
    if (missing.length > 0) await this.parts.belonging.assertSame();
    for (const version of missing.slice(0, ROUND_MAX)) {
      if (!this.isMine) return this.intervalMs;
      await this.archive(version);
    }
    if (missing.length > ROUND_MAX) return 'again';
    this.upTo = latest;
    return this.intervalMs;
  }

  private get isMine(): boolean {
    return this.parts.leases.holds(0);
  }

  /** Oldest first. */
  private async missing(): Promise<VersionEntry[]> {
    const rows = await this.parts.sink.query<{ key: string }>(
      "SELECT DISTINCT concat(toString(publication), ' ', hash) AS key FROM catalog_versions",
    );
    const there = new Set(rows.map(({ key }) => key));
    const missing: VersionEntry[] = [];
    let before: number | null = null;
    do {
      const { versions, next } = await this.published.list(before);
      for (const version of versions) {
        const key = keyOf(version);
        if (!there.has(key) && !this.refused.has(key)) missing.push(version);
      }
      before = next;
    } while (before !== null);
    return missing.reverse();
  }

  private async archive(version: VersionEntry): Promise<void> {
    const { sink, log } = this.parts;
    const { publication, hash } = version;
    const files = await this.published.content(hash);
    if (files === null) return this.passOver(version, 'its content is not in Redis');
    const outcome = await sink.insert({
      table: 'catalog_versions',
      rows: [rowOf(version, files)],
      // Another one for each try: a token that was used is skipped, whatever became of its rows.
      queryId: `catalog-${publication}-${randomUUID()}`,
    });
    switch (outcome.kind) {
      case 'inserted':
        return;
      case 'refused':
        return this.passOver(version, outcome.reason);
      case 'unknown':
        log.warn({ publication, hash }, 'whether a catalog is in history is not known yet');
        throw outcome.cause;
    }
  }

  private passOver(version: VersionEntry, reason: string): void {
    const { publication, hash } = version;
    this.refused.add(keyOf(version));
    this.parts.log.warn({ publication, hash, reason }, 'a catalog cannot be archived');
  }
}

function rowOf(version: VersionEntry, files: CatalogFiles): string {
  const { publication, hash, name, publishedAtMs, author, note } = version;
  const texts = Object.entries({ hash, name, author, note });
  const columns = texts.map(([column, text]) => `"${column}":${columnString(text)}`);
  const tuples = files.map(
    ({ path, text }) => `{"path":${columnString(path)},"text":${columnString(text)}}`,
  );
  return (
    `{"publication":${publication},"published_at":${publishedAtMs},` +
    `${columns.join(',')},"files":[${tuples.join(',')}]}`
  );
}

function keyOf({ publication, hash }: VersionId): string {
  return `${publication} ${hash}`;
}

function isSame(a: VersionId, b: VersionId | null): boolean {
  return b !== null && keyOf(a) === keyOf(b);
}
