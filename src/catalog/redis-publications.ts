// The published catalog in Redis: what gateways run, and the typed binding of
// lua/publish-catalog.lua.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { loadScript, type Script } from '../redis/script.ts';
import type { Publication, PublicationReader } from './live-catalog.ts';
import type { SourceFile } from './yaml-tree.ts';

/** What became of publishing. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly publication: number }
  /** The current catalog has this very content. */
  | { readonly kind: 'unchanged'; readonly publication: number };

export class RedisPublications implements PublicationReader {
  private readonly script: Script = loadScript('publish-catalog');
  private readonly currentKey: string;

  constructor(
    private readonly connection: RedisConnection,
    keys: Keys,
  ) {
    this.currentKey = keys.catalog('current');
    this.script.loadInto(connection);
  }

  /**
   * Makes a catalog that was validated before the current one.
   * @throws Unavailable when Redis is away, late or full
   */
  async publish(files: readonly SourceFile[], hash: string): Promise<PublishOutcome> {
    const source = JSON.stringify(files.map(({ path, text }) => ({ path, text })));
    const reply = await this.script.run(this.connection, [this.currentKey], [hash, source]);
    const [status, publication] = reply as [number, number];
    const published = status === this.script.status('published');
    return { kind: published ? 'published' : 'unchanged', publication };
  }

  /** Number of the current publication, 0 when there is none. @throws Unavailable */
  async latest(): Promise<number> {
    const reply = await this.connection.call('hget', [this.currentKey, 'publication']);
    return reply === null ? 0 : Number(reply);
  }

  /** The current publication, null when there is none. @throws Unavailable */
  async read(): Promise<Publication | null> {
    const fields = ['publication', 'hash', 'source'];
    const reply = await this.connection.call('hmget', [this.currentKey, ...fields]);
    const [publication, hash, source] = reply as (Buffer | null)[];
    if (publication == null || hash == null || source == null) return null;
    return {
      publication: Number(publication),
      hash: hash.toString('utf8'),
      files: JSON.parse(source.toString('utf8')) as SourceFile[],
    };
  }
}
