// What can be done with the published catalogs, and what that needs from elsewhere: types alone, so
// that the gateway and the composition may know them.

import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import type { TestFailure, TestReport } from '../catalog-tests/test-report.ts';
import type {
  Candidate,
  PublishOutcome,
  VersionEntry,
  VersionId,
  VersionPage,
} from '../snapshots/snapshot.ts';

/** A file of a catalog. */
export interface CatalogFile {
  /** Relative to the catalog's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Something to be said of one place in a catalog. */
export interface Remark {
  readonly file: string;
  /** Both count from 1; 0 = the file, or the catalog, as a whole. */
  readonly line: number;
  readonly column: number;
  /** Where in the catalog, e.g. `offers.welcome.caps[0].max`; '' for a whole file. */
  readonly path: string;
  /** A sentence, with what was probably meant. */
  readonly message: string;
}

/** A catalog that was looked at. */
export type Checked =
  | {
      readonly kind: 'valid';
      /** Of its content. */
      readonly hash: string;
      readonly name: string;
      readonly warnings: readonly Remark[];
      readonly tests: TestReport;
    }
  | { readonly kind: 'invalid'; readonly faults: readonly Remark[] };

/** Looks at catalogs. Methods throw `Unavailable` when there is no room for more questions. */
export interface CatalogChecker {
  /** Compiles it as this build would, and runs its tests. */
  check(files: readonly CatalogFile[]): Promise<Checked>;
  diff(from: readonly CatalogFile[], to: readonly CatalogFile[]): Promise<readonly CatalogChange[]>;
}

/** The versions in the store. Methods throw `Unavailable`. */
export interface CatalogVersions {
  latest(): Promise<VersionId | null>;
  /** Newest first, below number `before`; null = all. */
  list(before?: number | null, limit?: number): Promise<VersionPage>;
  version(publication: number): Promise<VersionEntry | null>;
  /** By hash; null = it is not there. */
  content(hash: string): Promise<readonly CatalogFile[] | null>;
  publish(candidate: Candidate<readonly CatalogFile[]>): Promise<PublishOutcome>;
}

/** What is in force in this process. */
export interface CatalogInForce {
  /** Resolves when it is at least this publication, or cannot be. @throws Unavailable */
  atLeast(publication: number): unknown;
}

/** A catalog to be published. */
export interface PublishRequest {
  readonly files: readonly CatalogFile[];
  readonly author: string;
  readonly note: string;
  /** Number that must be current, 0 = none may be; null = whatever is. */
  readonly expectedPublication: number | null;
  /** Only say what would become of it. */
  readonly dryRun: boolean;
  /** Publish although tests fail. */
  readonly force: boolean;
}

/** An earlier version that is to be in force again. */
export interface RollbackRequest {
  /** null = the newest that is worth going back to (rollback-search.ts). */
  readonly publication: number | null;
  readonly author: string;
  readonly note: string;
  readonly expectedPublication: number | null;
}

/** A catalog that is in force everywhere within a second, or would be. */
export interface Published {
  readonly kind: 'published';
  /** null = nothing was published, it was only asked. */
  readonly publication: number | null;
  readonly hash: string;
  /** It was in force already. */
  readonly unchanged: boolean;
  readonly warnings: readonly Remark[];
  readonly tests: { readonly passed: number; readonly failed: number };
}

/** Why nothing was published. */
export type Unpublished =
  | { readonly kind: 'invalid'; readonly faults: readonly Remark[] }
  | { readonly kind: 'tests_failed'; readonly failures: readonly TestFailure[] }
  /** Another version is current than the one expected: this one; 0 = none. */
  | { readonly kind: 'conflict'; readonly current: number };

/** Why there is nothing to go back to. */
export type NoWayBack =
  /** There is no such version, or its content is gone. */
  | { readonly kind: 'unknown' }
  /** All earlier versions are as the current one, or were left by a rollback. */
  | { readonly kind: 'nothing_earlier' };

/** A version with what it was made from. */
export interface VersionWithFiles extends VersionEntry {
  readonly files: readonly CatalogFile[];
}

/** Everything that is done with published catalogs. Methods throw `Unavailable`. */
export interface CatalogDesk {
  /** null = nothing is published. */
  current(): Promise<VersionEntry | null>;
  /** Newest first, below number `before`; null = all. Bounded. */
  versions(before: number | null): Promise<readonly VersionEntry[]>;
  version(publication: number): Promise<VersionWithFiles | null>;
  /** null = one of them is not there. */
  diff(from: number, to: number): Promise<readonly CatalogChange[] | null>;
  publish(request: PublishRequest): Promise<Published | Unpublished>;
  /** Always a new version, with the content of the earlier one. */
  rollback(request: RollbackRequest): Promise<Published | Unpublished | NoWayBack>;
}
