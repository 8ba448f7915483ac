// Publishing, and going back. A catalog is looked at before the store hears of it, as this build would
// run it: what is refused has changed nothing. Publishing is one call of the store that takes all of
// it or nothing; whoever publishes at the same time gets another number, or is told of this one.
//
// What was published is in force here before it is answered, and in the other gateways when they next
// look (LiveSnapshot): between two requests of each, never within one.

import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import { Unavailable } from '../errors.ts';
import type { Candidate, VersionEntry } from '../snapshots/snapshot.ts';
import type {
  CatalogChecker,
  CatalogDesk,
  CatalogFile,
  CatalogInForce,
  CatalogVersions,
  Checked,
  NoWayBack,
  Published,
  PublishRequest,
  RollbackRequest,
  Unpublished,
  VersionWithFiles,
} from './publishing.ts';
import { RollbackSearch } from './rollback-search.ts';

/** How often others may publish in between before a rollback to a number is given up. */
const ATTEMPTS_MAX = 4;

type Valid = Checked & { readonly kind: 'valid' };
type CatalogCandidate = Candidate<readonly CatalogFile[]>;

export class StoredCatalogDesk implements CatalogDesk {
  constructor(
    private readonly store: CatalogVersions,
    private readonly checker: CatalogChecker,
    private readonly inForce: CatalogInForce,
  ) {}

  async current(): Promise<VersionEntry | null> {
    return (await this.store.list(null, 1)).versions[0] ?? null;
  }

  async versions(before: number | null): Promise<readonly VersionEntry[]> {
    return (await this.store.list(before)).versions;
  }

  async version(publication: number): Promise<VersionWithFiles | null> {
    const entry = await this.store.version(publication);
    const files = entry === null ? null : await this.store.content(entry.hash);
    return entry === null || files === null ? null : { ...entry, files };
  }

  async diff(from: number, to: number): Promise<readonly CatalogChange[] | null> {
    const [old, now] = await Promise.all([this.version(from), this.version(to)]);
    if (old === null || now === null) return null;
    return this.checker.diff(old.files, now.files);
  }

  async publish(request: PublishRequest): Promise<Published | Unpublished> {
    const { files, author, note, expectedPublication: expected } = request;
    const checked = await this.checker.check(files);
    if (checked.kind === 'invalid') return checked;
    const { failed, failures } = checked.tests;
    const { hash, name } = checked;
    // What is current is so, whatever its tests say: publishing it again changes nothing.
    if (failed > 0 && !request.force && (await this.store.latest())?.hash !== hash) {
      return { kind: 'tests_failed', failures };
    }
    if (request.dryRun) return this.foresee(checked, expected);
    const content = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
    const candidate = { content, hash, name, author, note, source: 'http' } as const;
    return this.put(checked, expecting(candidate, expected));
  }

  async rollback(request: RollbackRequest): Promise<Published | Unpublished | NoWayBack> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const outcome = await this.rollbackOnce(request);
      // Who named a version wants that one, whatever is current; who named none meant what was.
      const insists = request.publication !== null && request.expectedPublication === null;
      if (outcome.kind !== 'conflict' || !insists) return outcome;
    }
    throw new Unavailable('store_unavailable');
  }

  private async rollbackOnce(
    request: RollbackRequest,
  ): Promise<Published | Unpublished | NoWayBack> {
    const current = await this.current();
    if (current === null) return { kind: 'nothing_earlier' };
    const { expectedPublication: expected, publication } = request;
    if (expected !== null && expected !== current.publication) {
      return { kind: 'conflict', current: current.publication };
    }
    const target = publication === null ? await this.wayBack() : await this.version(publication);
    if (target === null) return { kind: publication === null ? 'nothing_earlier' : 'unknown' };
    const content = await this.store.content(target.hash);
    if (content === null) return { kind: 'unknown' };
    const checked = await this.checker.check(content);
    if (checked.kind === 'invalid') return checked;
    const { hash, name } = target;
    const { author, note } = request;
    const rolledBackFrom = { publication: current.publication, hash: current.hash };
    const candidate = { content, hash, name, author, note, source: 'rollback' } as const;
    // Only from what was looked at: who publishes meanwhile must not be passed over.
    return this.put(
      { ...checked, hash },
      expecting({ ...candidate, rolledBackFrom }, current.publication),
    );
  }

  private async wayBack(): Promise<VersionEntry | null> {
    const search = new RollbackSearch();
    let before: number | null = null;
    do {
      const { versions, next } = await this.store.list(before);
      const target = versions.find((entry) => search.isTarget(entry));
      if (target !== undefined) return target;
      before = next;
    } while (before !== null);
    return null;
  }

  private async put(checked: Valid, candidate: CatalogCandidate): Promise<Published | Unpublished> {
    const outcome = await this.store.publish(candidate);
    const { kind, publication } = outcome;
    if (kind === 'conflict') return { kind: 'conflict', current: publication };
    // It is published, whether or not the store can still be read from here.
    try {
      await this.inForce.atLeast(publication);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
    return publishedAs(checked, publication, kind === 'unchanged');
  }

  /** What publishing would answer. */
  private async foresee(checked: Valid, expected: number | null): Promise<Published | Unpublished> {
    const latest = await this.store.latest();
    const unchanged = latest?.hash === checked.hash;
    const current = latest?.publication ?? 0;
    if (!unchanged && expected !== null && expected !== current) {
      return { kind: 'conflict', current };
    }
    return publishedAs(checked, null, unchanged);
  }
}

function expecting(candidate: CatalogCandidate, expected: number | null): CatalogCandidate {
  return expected === null ? candidate : { ...candidate, expectedPublication: expected };
}

function publishedAs(
  { hash, warnings, tests: { passed, failed } }: Valid,
  publication: number | null,
  unchanged: boolean,
): Published {
  return { kind: 'published', publication, hash, unchanged, warnings, tests: { passed, failed } };
}
