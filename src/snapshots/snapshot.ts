// What a versioned snapshot is: content that is published as a whole, gets the next number, and is
// kept by hash. The catalog is the first; whatever else gateways follow while they run (what a model
// learned, lists of items) is the same with other content.

/** Which version. */
export interface VersionId {
  /** Publication number: 1, 2, …; never goes back while Redis keeps its data. */
  readonly publication: number;
  /** Of the content. */
  readonly hash: string;
}

/**
 * How a version came to be: from a folder at a start, over HTTP, from the shell, or by going back to an
 * earlier one. A build before this was kept published folders.
 */
export type VersionSource = 'folder' | 'http' | 'shell' | 'rollback';

/** What is said of a version. */
export interface VersionEntry extends VersionId {
  /** As the content calls itself. */
  readonly name: string;
  /** Epoch ms; of a version that a build before 0.2 published, when it was first noticed. */
  readonly publishedAtMs: number;
  /** Who published it, and why; '' = not said. */
  readonly author: string;
  readonly note: string;
  /** One that is not known here (a later build's) is told as it stands. */
  readonly source: VersionSource;
  /** Of a rollback: the version that it left; else null. */
  readonly rolledBackFrom: VersionId | null;
}

/** A version's content. */
export interface Snapshot<Content> extends VersionId {
  readonly content: Content;
}

/** Some of the versions, newest first. */
export interface VersionPage {
  readonly versions: readonly VersionEntry[];
  /** Where the next page begins: pass it as `before`; null = this was the last. */
  readonly next: number | null;
}

/** What is published. */
export interface Candidate<Content> {
  readonly content: Content;
  readonly hash: string;
  readonly name: string;
  readonly author?: string;
  readonly note?: string;
  /** Absent = 'folder'. */
  readonly source?: VersionSource;
  /** The version that a rollback leaves. */
  readonly rolledBackFrom?: VersionId;
  /** Number that must be current, 0 = nothing may be published yet; absent = whatever is. */
  readonly expectedPublication?: number;
}

/** What became of publishing. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly publication: number }
  /** The current version has this very content. */
  | { readonly kind: 'unchanged'; readonly publication: number }
  /** Another version is current than the one expected: this one. */
  | { readonly kind: 'conflict'; readonly publication: number };

/** One kind of snapshot: how its content is written down. */
export interface SnapshotKind<Content> {
  encode(content: Content): string;
  decode(text: string): Content;
  /** How the content calls itself; '' when it does not say. */
  nameOf(content: Content): string;
}
