// Hot path. The typed binding of lua/commit.lua: the only place that knows its positions.

import { Unavailable } from '../errors.ts';
import type { CommitAnswer, CommitCall, CommitDeliver, CommitDue } from './commit-call.ts';
import { keySlot } from './key-slot.ts';
import type { RedisConnection } from './redis-connection.ts';
import { commandHead, framed, RespWriter } from './resp-writer.ts';
import { loadScript, type Script } from './script.ts';

const NONE = Buffer.alloc(0);
const HASH_BYTES = 8;
const SPILLED_BYTES = 16;
/** Partitions whose keys are kept framed; all are forgotten at the limit. */
const FRAMED_MAX = 4_096;
const KEYS = 5;
/** Beside those of the channels, where something is delivered. */
const DELIVER_KEYS = KEYS + 5;
const DELIVERY_ITEMS = 4;
/** The name, the hash, the number of keys, and ARGV[1] to ARGV[5]. */
const FIXED_ARGUMENTS = 3 + 5;
/** Of each section. */
const NAME_AND_COUNT = 2;
/** Commands of so many arguments have their heads kept, as sections of so many records. */
const KEPT_MAX = 256;

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
  private readonly exhausted = this.script.status('exhausted');
  private readonly malformed = this.script.status('malformed');

  private readonly writer = new RespWriter();
  /** By the number of keys beyond the first, then by the number of arguments. */
  private readonly heads: (Buffer | undefined)[][] = [[], [], []];
  private readonly partitions = new Map<string, FramedPartition>();
  /** Name and count of the records, by count. */
  private readonly recordSections: (Buffer | undefined)[] = [];
  /** ARGV[3] to ARGV[5] of a call that needs no `seen`, and what they were made of. */
  private limits: Buffer = NONE;
  private limitsOf: { readonly expiryMs: number | null; readonly ledgerMax: number } | null = null;

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /**
   * Resolves to what the caller makes of the answer, so that a commit takes one promise.
   * @param onFault called before it rejects: when Redis is away, late or full (Unavailable), and with
   *   what `outcomeOf` throws
   * @throws TypeError for a call without records
   */
  run<Outcome>(
    call: CommitCall,
    outcomeOf: (answer: CommitAnswer) => Outcome,
    onFault: () => void,
  ): Promise<Outcome> {
    const { slot, keys } = this.partitionOf(call);
    const command = this.write(call, keys);
    // Neither closure holds `call`: its records are let go of before the answer.
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        onFault();
        reject(error);
      };
      const take = (reply: unknown) => {
        try {
          resolve(outcomeOf(this.answer(reply)));
        } catch (error) {
          fail(error);
        }
      };
      this.script.runWritten(this.connection, slot, command, take, fail);
    });
  }

  /** Most calls need no more than records: of those only what differs is written each time. */
  private write(call: CommitCall, partitionKeys: Buffer): Buffer {
    const { records, asked, spilled, grants } = call;
    const { writer } = this;
    const needsSeen = asked !== null || spilled !== null;
    const seenArguments = needsSeen ? sectionArguments(asked, spilled) : 0;
    const { due, deliver } = call;
    const keys =
      deliver === null ? plainKeys(due, grants) : DELIVER_KEYS + deliver.deliveries.length;
    const granted = grants === null ? 0 : NAME_AND_COUNT + grants.length;
    const recorded =
      NAME_AND_COUNT + records.length + dueArguments(due) + deliverArguments(deliver);
    writer.begin(this.headFor(keys, FIXED_ARGUMENTS + keys + recorded + granted + seenArguments));
    writer.text(call.customerKey);
    if (needsSeen) {
      writer.text(call.ledgerKey);
      writer.text(call.positionKey);
      writer.text(call.seenKey);
      writer.text(call.markedKey);
    } else {
      writer.framed(partitionKeys);
    }
    if (keys > KEYS) writer.text(call.budgetsKey);
    if (keys > KEYS + 1) writer.text(call.timersKey);
    if (deliver !== null) this.writeDeliverKeys(deliver);
    writer.latin1(call.expectedEtag);
    writer.latin1(call.value);
    if (needsSeen) {
      writer.text(expiryOf(call.expiryMs));
      writer.text(String(call.ledgerMax));
      writer.text(String(call.seenAfterMs));
      if (asked !== null) this.writeAsked(asked);
      if (spilled !== null) this.writeSpilled(spilled);
    } else {
      writer.framed(this.limitsFor(call.expiryMs, call.ledgerMax));
    }
    if (due !== null) this.writeDue(due);
    if (grants !== null) this.writeGrants(grants);
    if (deliver !== null) this.writeDeliver(deliver);
    writer.framed(this.recordSection(records.length));
    for (let i = 0; i < records.length; i++) writer.text(records[i]!);
    return writer.end();
  }

  private writeGrants(grants: readonly string[]): void {
    this.writer.text('grants');
    this.writer.text(String(grants.length));
    for (let i = 0; i < grants.length; i++) this.writer.text(grants[i]!);
  }

  private writeDeliverKeys({ outboxKey, feedKey, newsKey, deliveries }: CommitDeliver): void {
    const { writer } = this;
    writer.text(outboxKey);
    writer.text(feedKey);
    writer.text(newsKey);
    for (const { dueKey } of deliveries) writer.text(dueKey);
  }

  private writeDeliver({ deliveries }: CommitDeliver): void {
    const { writer } = this;
    writer.text('deliver');
    writer.text(String(DELIVERY_ITEMS * deliveries.length));
    for (const { deliveryId, dueAtMs, entry, feed } of deliveries) {
      writer.text(deliveryId);
      writer.text(String(dueAtMs));
      writer.text(entry);
      writer.text(feed ?? '');
    }
  }

  private writeDue({ customerId, atMs }: CommitDue): void {
    const { writer } = this;
    const isNever = atMs === Number.POSITIVE_INFINITY;
    writer.text('due');
    writer.text(isNever ? '1' : '2');
    writer.text(customerId);
    if (!isNever) writer.text(String(atMs));
  }

  private writeAsked(asked: Buffer): void {
    const { writer } = this;
    writer.text('asked');
    writer.text(String(asked.length / HASH_BYTES));
    for (let at = 0; at < asked.length; at += HASH_BYTES) {
      writer.bytes(asked.subarray(at, at + HASH_BYTES));
    }
  }

  /** As the score and member of ZADD, so that the script need not take the items apart. */
  private writeSpilled(spilled: Buffer): void {
    const { writer } = this;
    writer.text('spilled');
    writer.text(String((2 * spilled.length) / SPILLED_BYTES));
    for (let at = 0; at < spilled.length; at += SPILLED_BYTES) {
      writer.text(String(spilled.readDoubleBE(at + HASH_BYTES)));
      writer.bytes(spilled.subarray(at, at + HASH_BYTES));
    }
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
      this.limits = framed([expiryOf(expiryMs), String(ledgerMax), '0']);
    }
    return this.limits;
  }

  /** Name, hash and key count, made once for each number of arguments. */
  private headFor(keys: number, argumentCount: number): Buffer {
    this.heads[keys - KEYS] ??= [];
    const heads = this.heads[keys - KEYS]!;
    let head = heads[argumentCount];
    if (head === undefined) {
      head = commandHead(argumentCount, ['evalsha', this.script.sha, String(keys)]);
      if (argumentCount < KEPT_MAX) heads[argumentCount] = head;
    }
    return head;
  }

  private recordSection(records: number): Buffer {
    let section = this.recordSections[records];
    if (section === undefined) {
      section = framed(['records', String(records)]);
      if (records < KEPT_MAX) this.recordSections[records] = section;
    }
    return section;
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
      case this.exhausted:
        return { kind: 'exhausted', indexes: (reply as number[]).slice(1) };
      case this.malformed:
        throw new TypeError('a commit without records, or one that commit.lua does not know');
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

function plainKeys(due: CommitDue | null, grants: readonly string[] | null): number {
  if (due !== null) return KEYS + 2;
  return grants === null ? KEYS : KEYS + 1;
}

function deliverArguments(deliver: CommitDeliver | null): number {
  return deliver === null ? 0 : NAME_AND_COUNT + DELIVERY_ITEMS * deliver.deliveries.length;
}

function dueArguments(due: CommitDue | null): number {
  if (due === null) return 0;
  return NAME_AND_COUNT + (due.atMs === Number.POSITIVE_INFINITY ? 1 : 2);
}

/** How many arguments the sections take that are about `seen`. */
function sectionArguments(asked: Buffer | null, spilled: Buffer | null): number {
  const ofAsked = asked === null ? 0 : NAME_AND_COUNT + asked.length / HASH_BYTES;
  const ofSpilled = spilled === null ? 0 : NAME_AND_COUNT + (2 * spilled.length) / SPILLED_BYTES;
  return ofAsked + ofSpilled;
}
