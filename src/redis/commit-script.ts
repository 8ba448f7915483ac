// Hot path. The typed binding of lua/commit.lua: the only place that knows its positions.

import { Unavailable } from '../errors.ts';
import type { RedisConnection } from './connection.ts';
import { loadScript, type Script } from './script.ts';

/** What one call of the script compares and writes. */
export interface CommitCall {
  readonly customerKey: string;
  readonly ledgerKey: string;
  readonly positionKey: string;
  readonly seenKey: string;
  /** 8 bytes as a latin1 string; '' = there must be no value. */
  readonly expectedEtag: string;
  /** Etag (8 bytes), format byte (not 0), the rest. */
  readonly value: Buffer;
  readonly expiryMs: number;
  readonly ledgerMax: number;
  /** 8 bytes for each message hash to look up in the side log; null = no need to look. */
  readonly asked: Buffer | null;
  /** 16 bytes for each message hash that goes to the side log; null = none. */
  readonly spilled: Buffer | null;
  /** Epoch ms; messages received earlier count as never seen. */
  readonly seenAfterMs: number;
  /** At least one. */
  readonly records: readonly string[];
}

export type CommitAnswer =
  | { readonly kind: 'committed'; readonly lastRecord: number }
  /** `value` empty = there is none (any more). */
  | { readonly kind: 'conflict'; readonly value: Buffer }
  | { readonly kind: 'moved'; readonly to: string }
  /** `indexes` into the asked hashes. */
  | { readonly kind: 'seen'; readonly value: Buffer; readonly indexes: readonly number[] }
  | { readonly kind: 'ledger_full' };

/** Calls commit.lua. */
export class CommitScript {
  private readonly script: Script = loadScript('commit');
  private readonly conflict = this.script.status('conflict');
  private readonly moved = this.script.status('moved');
  private readonly seen = this.script.status('seen');
  private readonly full = this.script.status('ledger_full');

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @throws Unavailable when Redis is away, late or full */
  async run(call: CommitCall): Promise<CommitAnswer> {
    const { records } = call;
    const list: (string | Buffer)[] = [
      this.script.sha,
      '4',
      call.customerKey,
      call.ledgerKey,
      call.positionKey,
      call.seenKey,
      call.expectedEtag === '' ? '' : Buffer.from(call.expectedEtag, 'latin1'),
      call.value,
      String(call.expiryMs),
      String(call.ledgerMax),
      call.asked ?? '',
      call.spilled ?? '',
      String(call.seenAfterMs),
    ];
    for (let i = 0; i < records.length; i++) list.push(records[i]!);
    return this.answer(await this.script.runFlat(this.connection, list));
  }

  private answer(reply: unknown): CommitAnswer {
    if (typeof reply === 'number') return { kind: 'committed', lastRecord: reply };
    const [status, value, ...indexes] = reply as [number, Buffer, ...number[]];
    switch (status) {
      case this.conflict:
        return { kind: 'conflict', value };
      case this.moved:
        return { kind: 'moved', to: value.toString('utf8') };
      case this.seen:
        return { kind: 'seen', value, indexes };
      case this.full:
        return { kind: 'ledger_full' };
      default:
        throw new Unavailable('store_unavailable', 1, {
          cause: new Error(`commit.lua answered ${status}`),
        });
    }
  }
}
