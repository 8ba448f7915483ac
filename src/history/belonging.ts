// Whether Redis and history belong together. Positions in history mean something only to the Redis
// that counted them: to another one (a wrong address or prefix) or to one that lost its data, rows of
// history look like a past to be forgotten and spool files like nobody's. So Redis carries an id from
// its first start on, history is claimed for it, and a worker that sees another id touches nothing.

import { randomUUID } from 'node:crypto';
import { SetupFault } from '../errors.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import type { HistorySink } from './sinks/sink.ts';

/** The id of Redis' data: given by whoever asks first, and gone with the data. @throws Unavailable */
export async function deploymentId(connection: RedisConnection, keys: Keys): Promise<string> {
  await connection.call('hsetnx', [keys.deployment, 'id', randomUUID()]);
  return String(await connection.call('hget', [keys.deployment, 'id']));
}

export interface BelongingParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: Pick<HistorySink, 'command' | 'query'>;
  /** Redis may forget for so long what it has just written, ms. */
  readonly durableAfterMs: number;
  /** Told when the two do not belong together: this worker must end. */
  readonly onForeign: (fault: SetupFault) => void;
}

export class Belonging {
  private id: string | null = null;
  /** The first id that was known. */
  private begunWith: string | null = null;
  private isClaimed = false;
  private knownAtMs = 0;

  constructor(private readonly parts: BelongingParts) {}

  /** Whose Redis this is; before anything is read from it. @throws Unavailable */
  async know(): Promise<string> {
    if (this.id === null) {
      await this.parts.connection.ready();
      this.id = await deploymentId(this.parts.connection, this.parts.keys);
      this.begunWith ??= this.id;
      this.knownAtMs = Date.now();
    }
    return this.id;
  }

  /** Compares the two; before anything of history is touched. @throws SetupFault; Unavailable */
  async check(): Promise<void> {
    const id = await this.know();
    const owner = await ownerOf(this.parts.sink);
    if (owner !== null && owner !== id) throw this.foreign(foreignTo(owner, id));
    this.isClaimed = owner !== null;
  }

  /**
   * Claims history that nobody has claimed, once Redis cannot forget its id any more.
   * @returns ms until it should be called again; null = it is done
   */
  async claim(): Promise<number | null> {
    if (this.isClaimed) return null;
    const { connection, keys, sink, durableAfterMs } = this.parts;
    const waitMs = this.knownAtMs + durableAfterMs - Date.now();
    if (waitMs > 0) return waitMs;
    await connection.replicated(keys.deployment);
    if (!(await this.isSame())) return this.know().then(() => durableAfterMs);
    await sink.command(`INSERT INTO deployments (id) VALUES ('${this.id}')`);
    // Of two that claim at once one has lost.
    await this.check();
    return null;
  }

  /**
   * Before rows are removed because Redis does not know of them.
   * @throws SetupFault when Redis has not the data any more that history was claimed for; Unavailable
   */
  async assertSame(): Promise<void> {
    if (await this.isSame()) return;
    if (this.isClaimed) throw this.lost();
    await this.know();
  }

  /**
   * Before files are removed because Redis does not know of them: they may be all that is left.
   * @throws SetupFault when Redis has not the data any more that this worker began with; Unavailable
   */
  async assertAsBegun(): Promise<void> {
    if ((await this.idInRedis()) !== this.begunWith) throw this.lost();
  }

  /** Before the claim an id that is gone was lost with the last seconds: there is a new one then. */
  private async isSame(): Promise<boolean> {
    if ((await this.idInRedis()) === this.id) return true;
    if (!this.isClaimed) this.id = null;
    return false;
  }

  private async idInRedis(): Promise<string> {
    const { connection, keys } = this.parts;
    return String(await connection.call('hget', [keys.deployment, 'id']));
  }

  private lost(): SetupFault {
    return this.foreign(
      'Redis has lost the data that this worker began with: history and spool stay as they are; ' +
        'see "Redis lost everything" in docs/operations.md',
    );
  }

  private foreign(message: string): SetupFault {
    const fault = new SetupFault(message);
    this.parts.onForeign(fault);
    return fault;
  }
}

/** @throws SetupFault when history was claimed for another Redis than the one with this id */
export async function requireOwn(sink: Pick<HistorySink, 'query'>, id: string): Promise<void> {
  const owner = await ownerOf(sink);
  if (owner !== null && owner !== id) throw new SetupFault(foreignTo(owner, id));
}

/** Whoever claimed it first; null = nobody has. */
async function ownerOf(sink: Pick<HistorySink, 'query'>): Promise<string | null> {
  const [first] = await sink.query<{ id: string }>(
    'SELECT id FROM deployments ORDER BY claimed_at, id LIMIT 1',
  );
  return first?.id ?? null;
}

function foreignTo(owner: string, id: string): string {
  return (
    `history belongs to another deployment (${owner}) than this Redis (${id}): check REDIS_URL, ` +
    'PROFFER_PREFIX and CLICKHOUSE_URL; if Redis lost its data, see "Redis lost everything" in ' +
    'docs/operations.md'
  );
}
