// The only file that spells Redis keys. Everything of a partition shares the hash tag `{p}`,
// everything of the catalog shares `{catalog}`,
// the pools of all budgets `{budgets}`, and what workers know of each other `{workers}`, so
// one Lua call touches one slot of a cluster.

/** The keys of one partition that do not depend on a customer. */
export interface PartitionKeys {
  /** Stream of records with ids `<n>-0`, gapless. No expiry: history trims it. */
  readonly ledger: string;
  /** Integer: the number of the last ledger record. No expiry: it must never go back. */
  readonly position: string;
  /** Hash: who holds this partition, and the fence. */
  readonly lease: string;
  /** Hash: the range that is being written to history, and its query id. */
  readonly frozen: string;
  /**
   * Integer: the last ledger record that is in history, or spooled. No expiry: it must never go
   * back.
   */
  readonly marked: string;
  /** Hash: query id → `first last owner` of each range that waits for history in a file. */
  readonly spooled: string;
  /** Hash: query id → `first last dueAtMs` of each range that may be in history twice. */
  readonly suspects: string;
  /** Hash: `offer|limit` → `limit granted used returned`: what the partition has of budgets. */
  readonly budgets: string;
  /**
   * Sorted set: customer id by when there is something due for it, epoch ms. An index only: the truth is in
   * the states, and an entry that is too early does no harm.
   */
  readonly timers: string;
  /** Set: ids of the definitions of time whose customers have all been visited. */
  readonly swept: string;
  /** Hash: delivery id → what it takes to send it (model/delivery.ts). Whoever has sent it takes it out. */
  readonly outbox: string;
  /** Sorted set: ids of deliveries that have failed and were not sent since, by when they last did. */
  readonly failing: string;
  /**
   * Stream: the customers whose feeds have something new (field `c`). A hint for who has them connected;
   * of about NEWS_MAX entries, and it expires.
   */
  readonly news: string;
}

/** The keys of what is declared of items; behind the hash tag of ITEMS_PARTITION, whose ledger tells it. */
export interface ItemKeys {
  /** Hash: item id → what was declared of it (item-text.ts). No expiry: until it is deleted. */
  readonly declared: string;
  /**
   * Sorted set: ids of items that were deleted, by when, epoch ms. No expiry: they would be known again
   * from events; of more than may be declared the oldest leave.
   */
  readonly deleted: string;
  /** Stream: ids of items of which something changed (field `i`); about ITEM_CHANGES_MAX of them. */
  readonly changes: string;
}

/** In whose ledger items are. */
export const ITEMS_PARTITION = 0;

/** The keys of one kind of versioned snapshot. None expires: every published version stays. */
export interface SnapshotKeys {
  /** Hash: number, content hash and content of the version in force. */
  readonly current: string;
  /** Hash: number → what is said of that version. */
  readonly versions: string;
  /** Hash: content hash → content. */
  readonly contents: string;
}

/** Spells every key of a deployment. Strings that never change are made once. */
export class Keys {
  private readonly partitionKeys: readonly PartitionKeys[];
  private readonly customerPrefixes: readonly string[];
  private readonly aliasPrefixes: readonly string[];
  private readonly seenPrefixes: readonly string[];
  private readonly feedPrefixes: readonly string[];

  /** @param prefix of every key; holds no braces, since those would become the hash tag */
  constructor(
    readonly prefix: string,
    readonly partitions: number,
  ) {
    if (/[{}]/.test(prefix)) throw new TypeError('a key prefix must not contain braces');
    const numbers = Array.from({ length: partitions }, (_, p) => p);
    this.partitionKeys = numbers.map((p) => ({
      ledger: `${prefix}{${p}}:ledger`,
      position: `${prefix}{${p}}:position`,
      lease: `${prefix}{${p}}:lease`,
      frozen: `${prefix}{${p}}:frozen`,
      marked: `${prefix}{${p}}:marked`,
      spooled: `${prefix}{${p}}:spooled`,
      suspects: `${prefix}{${p}}:suspects`,
      budgets: `${prefix}{${p}}:budgets`,
      timers: `${prefix}{${p}}:timers`,
      swept: `${prefix}{${p}}:swept`,
      outbox: `${prefix}{${p}}:outbox`,
      failing: `${prefix}{${p}}:failing`,
      news: `${prefix}{${p}}:news`,
    }));
    this.customerPrefixes = numbers.map((p) => `${prefix}{${p}}:customer:`);
    this.aliasPrefixes = numbers.map((p) => `${prefix}{${p}}:alias:`);
    this.seenPrefixes = numbers.map((p) => `${prefix}{${p}}:seen:`);
    this.feedPrefixes = numbers.map((p) => `${prefix}{${p}}:feed:`);
  }

  /** The keys of one partition. @throws RangeError for a partition that does not exist */
  partition(partition: number): PartitionKeys {
    const keys = this.partitionKeys[partition];
    if (keys === undefined) throw new RangeError(`no partition ${partition}`);
    return keys;
  }

  /** String: etag and encoded state of a customer. Expires when not seen for long. */
  customer(partition: number, customerId: string): string {
    return this.customerPrefixes[partition] + customerId;
  }

  /** The pattern of all customer keys, for SCAN. */
  get anyCustomer(): string {
    return `${this.prefix}{*}:customer:*`;
  }

  /** The customer id of a customer key. */
  customerOf(customerKey: string): string {
    return customerKey.slice(customerKey.indexOf('}:customer:', this.prefix.length) + 11);
  }

  /** Sorted set: message hashes that left the state, by receive time. Expires after 24 h. */
  seen(partition: number, customerId: string): string {
    return this.seenPrefixes[partition] + customerId;
  }

  /** Hash: what was of a name, or of a customer who was folded into another (claim-name.lua). */
  alias(partition: number, id: string): string {
    return this.aliasPrefixes[partition] + id;
  }

  /**
   * Sorted set: ids of the deliveries of one channel that are in the outbox, by when they are due: to be
   * sent, or, of a stream, to be given up.
   */
  dueDeliveries(partition: number, channel: string): string {
    return `${this.prefix}{${partition}}:deliver:${channel}`;
  }

  /**
   * Stream: what is delivered to a customer's streams, each with its id (field `i`) and the decision as
   * answers have it (field `d`). Expires FEED_MS after the last; at most FEED_MAX.
   */
  feed(partition: number, customerId: string): string {
    return `${this.feedPrefixes[partition]}${customerId}`;
  }

  /** String: written to find out whether writes are taken. Expires within seconds. */
  probe(partition: number): string {
    return `${this.prefix}{${partition}}:probe`;
  }

  /** Hash: partition count and format version of this deployment. No expiry: fixed for life. */
  get deployment(): string {
    return `${this.prefix}deployment`;
  }

  /** Sorted sets: which workers live, and which partitions somebody asks them for. They expire. */
  get workers(): { readonly alive: string; readonly claims: string } {
    return { alive: `${this.prefix}{workers}:alive`, claims: `${this.prefix}{workers}:claims` };
  }

  /**
   * Hash: what partitions have got of one offer's budget, `limit|partition` → `granted returned`, and
   * `limit` → how much that is in all, and how often the limit changed. No expiry: what was given must
   * never be forgotten.
   */
  budgetPool(offer: string): string {
    return `${this.prefix}{budgets}:pool:${offer}`;
  }

  /** String: when the rate of an API key is whole again. Expires a second after that. */
  keyRate(keyId: string): string {
    return `${this.prefix}rate:${keyId}`;
  }

  /** String: when the rate of a channel is whole again. Expires a second after that. */
  channelRate(channel: string): string {
    return `${this.prefix}channel-rate:${channel}`;
  }

  /** What is declared of items. */
  get items(): ItemKeys {
    const tagged = `${this.prefix}{${ITEMS_PARTITION}}:items`;
    return { declared: tagged, deleted: `${tagged}:deleted`, changes: `${tagged}:changes` };
  }

  /**
   * What the learner tells, behind one hash tag. `current`, a hash: which run of it is in force, where its
   * snapshot is, and which of its entries come after. No expiry: who starts needs it, however long nobody
   * has learned anything.
   */
  get crowd(): string {
    return `${this.prefix}{crowd}:current`;
  }

  /** Stream: what one run of the learner told, by number. Expires some minutes after another is in force. */
  crowdFacts(epoch: string): string {
    return `${this.prefix}{crowd}:facts:${epoch}`;
  }

  /** List: parts of a snapshot, of one run of the learner up to a number. It expires likewise. */
  crowdSnapshot(epoch: string, upTo: number): string {
    return `${this.prefix}{crowd}:snapshot:${epoch}:${upTo}`;
  }

  /** Where the versions of a kind of snapshot are, behind one hash tag. */
  snapshots(kind: 'catalog'): SnapshotKeys {
    const tagged = `${this.prefix}{${kind}}:`;
    return {
      current: `${tagged}current`,
      versions: `${tagged}versions`,
      contents: `${tagged}contents`,
    };
  }
}

/** Keys of the API keys: small, cold, and of the deployment as a whole. */
export interface ApiKeyKeys {
  /** What redis-om puts before the hash of a secret: hash with name, kind, createdAt, revokedAt. */
  readonly entity: string;
  /** Set of the hashes: stands in for an index. */
  readonly hashes: string;
  /** Number that every change changes. */
  readonly version: string;
  /** String: what customer tokens are signed with. No expiry: without it no token is valid. */
  readonly secrets: string;
}

/** @param prefix of every key of the deployment */
export function apiKeyKeys(prefix: string): ApiKeyKeys {
  return {
    entity: `${prefix}key`,
    hashes: `${prefix}keys`,
    version: `${prefix}keys:version`,
    secrets: `${prefix}keys:secrets`,
  };
}
