// The index of timers in Redis: per partition, who has something due by when. Written by commits; here by
// whoever looked (move-due.lua), and by whoever wants a customer looked at.

import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

/** An entry of the index that is due. */
export interface DueEntry {
  readonly customerId: string;
  /** Epoch ms. */
  readonly atMs: number;
}

export interface MoveDueCall {
  readonly customerKey: string;
  readonly timersKey: string;
  readonly customerId: string;
  /** 8 bytes, a character each; '' = there must be no value; null = whatever it is. */
  readonly expectedEtag: string | null;
  /** What the index must still say, epoch ms. */
  readonly thenMs: number;
  /** Epoch ms; Infinity = never. */
  readonly atMs: number;
}

export class TimerScripts {
  private readonly moveDue: Script = loadScript('move-due');

  constructor(private readonly connection: RedisConnection) {
    this.moveDue.loadInto(connection);
  }

  /** @returns false where customer or index are others by now @throws Unavailable */
  async move(call: MoveDueCall): Promise<boolean> {
    const { customerKey, timersKey, customerId, expectedEtag, thenMs, atMs } = call;
    const etag = expectedEtag === null ? '*' : Buffer.from(expectedEtag, 'latin1');
    const score = atMs === Number.POSITIVE_INFINITY ? '' : String(atMs);
    const args = [customerId, etag, String(thenMs), score];
    const answer = await this.moveDue.run(this.connection, [customerKey, timersKey], args);
    return answer === this.moveDue.status('moved');
  }

  /** What is due at a time, the oldest first. @throws Unavailable */
  async due(timersKey: string, nowMs: number, most: number): Promise<readonly DueEntry[]> {
    const byScore = ['-inf', String(nowMs), 'byscore', 'limit', '0', String(most), 'withscores'];
    const answer = await this.connection.call('zrange', [timersKey, ...byScore]);
    const flat = answer as readonly Buffer[];
    const entries: DueEntry[] = [];
    for (let i = 0; i < flat.length; i += 2) {
      entries.push({ customerId: flat[i]!.toString(), atMs: Number(flat[i + 1]!.toString()) });
    }
    return entries;
  }

  /** Has a customer looked at, by then at the latest. @throws Unavailable */
  async visit(timersKey: string, customerId: string, atMs: number): Promise<void> {
    await this.connection.call('zadd', [timersKey, 'lt', String(atMs), customerId]);
  }

  /** How many customers have something due some day. @throws Unavailable */
  async pending(timersKey: string): Promise<number> {
    return Number(await this.connection.call('zcard', [timersKey]));
  }
}
