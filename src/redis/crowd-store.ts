// What the learner tells, in Redis: a snapshot of the tables, and what was told since, in entries with
// numbers of their own (1, 2, … within a run), so that whoever follows sees what is missing. One learner
// writes under the name of its run; which run is in force is one field. Two that learn at the same time, as
// when a lease changes hands, write apart, and who follows has the tables of the one or the other; a learner
// that finds another's run in force ends its own (learning-run.ts).

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Which tables are in force. */
export interface CurrentCrowd {
  /** The learner's run. */
  readonly epoch: string;
  /** The last entry that is in the snapshot. */
  readonly upTo: number;
  /** Parts of the snapshot. */
  readonly parts: number;
  /** When the learner had told all that there was, epoch ms; 0 = not yet. */
  readonly wholeAtMs: number;
}

/** How long what is not in force any more is kept for who reads it just now, s. */
const KEPT_S = 300;
/** How long what was told is there for who starts while nobody learns, s; a run is renewed every day. */
const HELD_S = 7 * 86_400;
/** Entries read at once. */
const ENTRIES_MAX = 32;

const ALREADY_TOLD = /equal or smaller than the target stream top item/;

/** Entries after a number. */
export type EntriesAfter<T> =
  | {
      readonly kind: 'entries';
      readonly entries: readonly (readonly T[])[];
      readonly more: boolean;
    }
  /** Some are not there any more, or cannot be read. */
  | { readonly kind: 'hole' };

/** Methods throw Unavailable. */
export class CrowdStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
  ) {}

  async current(): Promise<CurrentCrowd | null> {
    const fields = ['epoch', 'upTo', 'parts', 'wholeAt'];
    const reply = await this.connection.call('hmget', [this.keys.crowd, ...fields]);
    const [epoch, upTo, parts, at] = (reply as (Buffer | null)[]).map((one) => one?.toString());
    if (epoch === undefined || upTo === undefined || parts === undefined) return null;
    return { epoch, upTo: Number(upTo), parts: Number(parts), wholeAtMs: Number(at ?? 0) };
  }

  /**
   * What was told under a number already is told.
   * @param entry its number
   * @returns its bytes
   */
  async tell(epoch: string, entry: number, told: readonly unknown[]): Promise<number> {
    const bytes = packed(told);
    try {
      await this.connection.call('xadd', [this.keys.crowdFacts(epoch), `${entry}-0`, 'd', bytes]);
    } catch (error) {
      if (!(error instanceof Error && ALREADY_TOLD.test(error.message))) throw error;
    }
    await this.connection.call('expire', [this.keys.crowdFacts(epoch), String(HELD_S)]);
    return bytes.length;
  }

  /** The number of the last entry that is there; 0 = none is. */
  async lastEntry(epoch: string): Promise<number> {
    const range = [this.keys.crowdFacts(epoch), '+', '-', 'COUNT', '1'];
    const [last] = (await this.connection.call('xrevrange', range)) as [Buffer, Buffer[]][];
    return last === undefined ? 0 : Number.parseInt(last[0].toString(), 10);
  }

  /** All that there was at a time, epoch ms, is told. */
  async whole(atMs: number): Promise<void> {
    await this.connection.call('hset', [this.keys.crowd, 'wholeAt', String(atMs)]);
  }

  /** Makes a snapshot the one in force; what was before it goes. */
  async publish(
    epoch: string,
    upTo: number,
    parts: AsyncIterable<readonly unknown[]>,
  ): Promise<void> {
    const before = await this.current();
    const key = this.keys.crowdSnapshot(epoch, upTo);
    await this.connection.call('del', [key]);
    let count = 0;
    for await (const part of parts) {
      await this.connection.call('rpush', [key, packed(part)]);
      if (count++ === 0) await this.connection.call('expire', [key, String(HELD_S)]);
    }
    const fields = ['epoch', epoch, 'upTo', String(upTo), 'parts', String(count)];
    await this.connection.call('hset', [this.keys.crowd, ...fields]);
    if (before === null || (before.epoch === epoch && before.upTo === upTo)) return;
    const kept = String(KEPT_S);
    const old = this.keys.crowdSnapshot(before.epoch, before.upTo);
    await this.connection.call('expire', [old, kept]);
    const facts = this.keys.crowdFacts(before.epoch);
    if (before.epoch !== epoch) await this.connection.call('expire', [facts, kept]);
    // Who reads the snapshot before needs what came after that one.
    else await this.connection.call('xtrim', [facts, 'MINID', `${before.upTo + 1}-0`]);
  }

  /** One part of a snapshot; null = it is not there, or cannot be read. */
  async part<T>({ epoch, upTo }: CurrentCrowd, index: number): Promise<readonly T[] | null> {
    const key = this.keys.crowdSnapshot(epoch, upTo);
    const bytes = await this.connection.call('lindex', [key, String(index)]);
    return bytes === null ? null : unpacked<T>(bytes as Buffer);
  }

  async after<T>(epoch: string, entry: number): Promise<EntriesAfter<T>> {
    const range = [this.keys.crowdFacts(epoch), `${entry + 1}-0`, '+', 'COUNT', `${ENTRIES_MAX}`];
    const found = (await this.connection.call('xrange', range)) as [Buffer, Buffer[]][];
    const entries: (readonly T[])[] = [];
    for (let i = 0; i < found.length; i++) {
      const [id, fields] = found[i]!;
      const told = unpacked<T>(fields[1]!);
      if (Number.parseInt(id.toString(), 10) !== entry + 1 + i || told === null) {
        return { kind: 'hole' };
      }
      entries.push(told);
    }
    return { kind: 'entries', entries, more: found.length === ENTRIES_MAX };
  }
}

/** JSON, deflated: facts are alike, and shrink to a sixth. */
function packed(told: readonly unknown[]): Buffer {
  return deflateRawSync(JSON.stringify(told), { level: 1 });
}

/** Larger is none of ours. */
const UNPACKED_MAX = 256 * 1024 * 1024;

function unpacked<T>(bytes: Buffer): readonly T[] | null {
  try {
    const told: unknown = JSON.parse(
      inflateRawSync(bytes, { maxOutputLength: UNPACKED_MAX }).toString(),
    );
    return Array.isArray(told) ? (told as T[]) : null;
  } catch {
    return null;
  }
}
