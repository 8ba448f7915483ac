// The published versions of one kind of snapshot in Redis, and the typed binding of its two scripts.
//
// `current` is what gateways follow: number, hash and content in one hash, as it was before there were
// versions, so that builds from then read and write it side by side with this one. `versions` has an
// entry for each number, `contents` each content once by its hash. What such a build publishes is in
// `current` only: it gets its entry when anything is published, listed or archived.
//
// Rejected: a key for each version. Then the content of what is current could not be kept in one call,
// since its key would not be known before.

import { Unavailable } from '../errors.ts';
import type { SnapshotKeys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { loadScript, type Script } from '../redis/script.ts';
import type {
  Candidate,
  PublishOutcome,
  Snapshot,
  SnapshotKind,
  VersionEntry,
  VersionId,
  VersionPage,
} from './snapshot.ts';

/** How often older builds may publish in between before publishing is given up. */
const ATTEMPTS_MAX = 4;
/** Versions in one page, at most. */
const PAGE_MAX = 1_000;

/** Every method throws `Unavailable` when Redis is away, late, or (where it writes) full. */
export class RedisSnapshots<Content> {
  private readonly publishing: Script = loadScript('publish-snapshot');
  private readonly recording: Script = loadScript('record-snapshot');
  private readonly scriptKeys: readonly string[];

  /** @param nowMs epoch ms: when something is published */
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: SnapshotKeys,
    private readonly kind: SnapshotKind<Content>,
    private readonly nowMs: () => number,
  ) {
    this.scriptKeys = [keys.current, keys.versions, keys.contents];
    this.publishing.loadInto(connection);
    this.recording.loadInto(connection);
  }

  /** Makes content that was validated before the current version. */
  async publish(candidate: Candidate<Content>): Promise<PublishOutcome> {
    const { hash, name, author = '', note = '', expectedPublication } = candidate;
    const { source = 'folder', rolledBackFrom = null } = candidate;
    const content = this.kind.encode(candidate.content);
    const publishedAtMs = this.nowMs();
    const entry = entryOf({ hash, name, author, note, publishedAtMs, source, rolledBackFrom });
    const expected = expectedPublication === undefined ? '' : String(expectedPublication);
    const fromFolder = source === 'folder' ? '1' : '0';
    const { publishing } = this;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const args = [hash, content, entry, expected, fromFolder];
      const reply = await publishing.run(this.connection, this.scriptKeys, args);
      const [status, publication] = reply as [number, number];
      switch (status) {
        case publishing.status('published'):
          return { kind: 'published', publication };
        case publishing.status('unchanged'):
          return { kind: 'unchanged', publication };
        case publishing.status('conflict'):
          return { kind: 'conflict', publication };
        default:
          await this.recordCurrent();
      }
    }
    throw new Unavailable('store_unavailable');
  }

  /** Which version is current, null when there is none. Cheap: polled. */
  async latest(): Promise<VersionId | null> {
    const args = [this.keys.current, 'publication', 'hash'];
    const [publication, hash] = (await this.connection.call('hmget', args)) as (Buffer | null)[];
    if (publication == null || hash == null) return null;
    return { publication: Number(publication), hash: hash.toString('utf8') };
  }

  /**
   * Hash of the content that came from a folder last, be it that this changed nothing; null = none did.
   * Cheap.
   */
  async lastFromFolder(): Promise<string | null> {
    const fields = ['publication', 'hash', 'folder', 'folderAt'];
    const reply = await this.connection.call('hmget', [this.keys.current, ...fields]);
    const [publication, hash, folder, at] = (reply as (Buffer | null)[]).map(String);
    // A build that does not keep it published since, and that from a folder (publish-snapshot.lua).
    const last = at === publication ? folder : hash;
    return last === undefined || last === '' || last === 'null' ? null : last;
  }

  /** The current version, null when there is none. */
  async read(): Promise<Snapshot<Content> | null> {
    const fields = ['publication', 'hash', 'source'];
    const reply = await this.connection.call('hmget', [this.keys.current, ...fields]);
    const [publication, hash, source] = reply as (Buffer | null)[];
    if (publication == null || hash == null || source == null) return null;
    return {
      publication: Number(publication),
      hash: hash.toString('utf8'),
      content: this.kind.decode(source.toString('utf8')),
    };
  }

  /** What is said of version `n`; null when there is none. */
  async version(n: number): Promise<VersionEntry | null> {
    const { versions } = await this.list(n + 1, 1);
    return versions[0]?.publication === n ? versions[0] : null;
  }

  /** Content by its hash, as it was published first; null when it never was. */
  async content(hash: string): Promise<Content | null> {
    const reply = await this.connection.call('hget', [this.keys.contents, hash]);
    return reply === null ? null : this.kind.decode(String(reply));
  }

  /**
   * Versions, newest first. Numbers may lack: what two older builds published one after the other is
   * known of the last only.
   * @param before only versions below this number; null = from the current one on
   */
  async list(before: number | null = null, limit = PAGE_MAX): Promise<VersionPage> {
    const latest = (await this.latest())?.publication ?? 0;
    const newest = before === null ? latest : Math.min(latest, before - 1);
    const oldest = Math.max(1, newest - Math.min(limit, PAGE_MAX) + 1);
    if (newest < oldest) return { versions: [], next: null };
    let entries = await this.entries(newest, oldest);
    if (newest === latest && entries[0] === null) {
      await this.recordCurrent();
      entries = await this.entries(newest, oldest);
    }
    const versions = entries.flatMap((text, i) =>
      text === null ? [] : entryFrom(newest - i, text),
    );
    return { versions, next: oldest > 1 ? oldest : null };
  }

  /** Gives the current version its entry where an earlier build published it. */
  async recordCurrent(): Promise<void> {
    const current = await this.read();
    if (current === null) return;
    const { publication, hash, content } = current;
    const name = this.kind.nameOf(content);
    const said = { author: '', note: '', source: 'folder', rolledBackFrom: null } as const;
    const entry = entryOf({ hash, name, publishedAtMs: this.nowMs(), ...said });
    await this.recording.run(this.connection, this.scriptKeys, [String(publication), hash, entry]);
  }

  private async entries(newest: number, oldest: number): Promise<(string | null)[]> {
    const numbers = Array.from({ length: newest - oldest + 1 }, (_, i) => String(newest - i));
    const reply = await this.connection.call('hmget', [this.keys.versions, ...numbers]);
    return (reply as (Buffer | null)[]).map((text) => text?.toString('utf8') ?? null);
  }
}

/** JSON; a later build may add to it. */
function entryOf(entry: Omit<VersionEntry, 'publication'>): string {
  const { hash, name, publishedAtMs, author, note, source, rolledBackFrom } = entry;
  const left = rolledBackFrom === null ? {} : { rolledBackFrom: idOf(rolledBackFrom) };
  return JSON.stringify({ hash, name, publishedAtMs, author, note, source, ...left });
}

/** Earlier builds wrote down neither where it came from nor what was left: they knew folders only. */
type KeptEntry = Omit<VersionEntry, 'source' | 'rolledBackFrom'> & Partial<VersionEntry>;

function entryFrom(publication: number, text: string): VersionEntry {
  const kept = JSON.parse(text) as KeptEntry;
  const { hash, name, publishedAtMs, author, note, source = 'folder' } = kept;
  const rolledBackFrom = kept.rolledBackFrom == null ? null : idOf(kept.rolledBackFrom);
  return { publication, hash, name, publishedAtMs, author, note, source, rolledBackFrom };
}

function idOf({ publication, hash }: VersionId): VersionId {
  return { publication, hash };
}
