// Hot path. The typed binding of lua/commit.lua: the only place that knows its positions.

import { Unavailable } from '../errors.ts';
import { keySlot } from './key-slot.ts';
import type { RedisConnection } from './redis-connection.ts';
import { commandHead, framed, RespWriter } from './resp-writer.ts';
import { loadScript, type Script } from './script.ts';

/** What one call of the script compares and writes. */
export interface CommitCall {
  readonly customerKey: string;
  readonly ledgerKey: string;
  readonly positionKey: string;
  readonly seenKey: string;
  readonly markedKey: string;
  /** 8 bytes as a latin1 string; '' = there must be no value. */
  readonly expectedEtag: string;
  /** Etag (8 bytes), format byte (not 0), the rest; latin1, a character a byte. */
  readonly value: string;
  /** null = the value expires when the one before would have (0.7 µs of Redis' CPU less). */
  readonly expiryMs: number | null;
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
  | { readonly kind: 'ledger_full' }
  | { readonly kind: 'torn' };

const NONE = Buffer.alloc(0);
/** Partitions whose keys are kept framed; all are forgotten at the limit. */
const FRAMED_MAX = 4_096;
const KEYS = 5;
/** Before the records: keys and ARGV[1] to ARGV[7]. */
const FIXED_ARGUMENTS = KEYS + 7;
/** The name, the hash, the number of keys. */
const EVALSHA_ARGUMENTS = 3;

/** What the calls of a partition, known by its ledger key, have in common. */
interface FramedPartition {
  readonly slot: number;
  /** KEYS[2] to KEYS[5] of a call that needs no `seen`. */
  readonly keys: Buffer;
}

/** Calls commit.lua. */
export class CommitScript {
  private readonly script: Script = loadScript('commit');
  private readonly conflict = this.script.status('conflict');
  private readonly moved = this.script.status('moved');
  private readonly seen = this.script.status('seen');
  private readonly full = this.script.status('ledger_full');
  private readonly torn = this.script.status('torn');

  private readonly writer = new RespWriter();
  private readonly heads: (Buffer | undefined)[] = [];
  private readonly partitions = new Map<string, FramedPartition>();
  /** ARGV[3] to ARGV[7] of a call that needs no `seen`, and what they were made of. */
  private limits: Buffer = NONE;
  private limitsOf: { readonly expiryMs: number | null; readonly ledgerMax: number } | null = null;

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @throws Unavailable when Redis is away, late or full */
  run(call: CommitCall): Promise<CommitAnswer> {
    const partition = this.partitionOf(call);
    const command = this.write(call, partition.keys);
    return new Promise((resolve, reject) => {
      this.script.runWritten(
        this.connection,
        partition.slot,
        command,
        (reply) => resolve(this.answer(reply)),
        reject,
      );
    });
  }

  /** Most calls need no `seen`: of those only customer, state and records are written each time. */
  private write(call: CommitCall, partitionKeys: Buffer): Buffer {
    const { records } = call;
    const { writer } = this;
    const needsSeen = call.asked !== null || call.spilled !== null;
    writer.begin(this.headFor(records.length));
    writer.text(call.customerKey);
    if (needsSeen) {
      writer.text(call.ledgerKey);
      writer.text(call.positionKey);
      writer.text(call.seenKey);
      writer.text(call.markedKey);
    } else {
      writer.framed(partitionKeys);
    }
    writer.latin1(call.expectedEtag);
    writer.latin1(call.value);
    if (needsSeen) {
      writer.text(expiryOf(call.expiryMs));
      writer.text(String(call.ledgerMax));
      writer.bytes(call.asked ?? NONE);
      writer.bytes(call.spilled ?? NONE);
      writer.text(String(call.seenAfterMs));
    } else {
      writer.framed(this.limitsFor(call.expiryMs, call.ledgerMax));
    }
    for (let i = 0; i < records.length; i++) writer.text(records[i]!);
    return writer.end();
  }

  private partitionOf(call: CommitCall): FramedPartition {
    const { ledgerKey, positionKey, markedKey } = call;
    let partition = this.partitions.get(ledgerKey);
    if (partition === undefined) {
      if (this.partitions.size >= FRAMED_MAX) this.partitions.clear();
      const keys = framed([ledgerKey, positionKey, positionKey, markedKey]);
      partition = { slot: keySlot(ledgerKey), keys };
      this.partitions.set(ledgerKey, partition);
    }
    return partition;
  }

  private limitsFor(expiryMs: number | null, ledgerMax: number): Buffer {
    const { limitsOf } = this;
    if (limitsOf?.expiryMs !== expiryMs || limitsOf.ledgerMax !== ledgerMax) {
      this.limitsOf = { expiryMs, ledgerMax };
      this.limits = framed([expiryOf(expiryMs), String(ledgerMax), '', '', '0']);
    }
    return this.limits;
  }

  /** Name, hash and key count, made once for each number of records. */
  private headFor(records: number): Buffer {
    let head = this.heads[records];
    if (head === undefined) {
      const count = EVALSHA_ARGUMENTS + FIXED_ARGUMENTS + records;
      head = commandHead(count, ['evalsha', this.script.sha, String(KEYS)]);
      this.heads[records] = head;
    }
    return head;
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
      case this.torn:
        return { kind: 'torn' };
      default:
        throw new Unavailable('store_unavailable', 1, {
          cause: new Error(`commit.lua answered ${status}`),
        });
    }
  }
}

function expiryOf(expiryMs: number | null): string {
  return expiryMs === null ? '' : String(expiryMs);
}
