// Hot path. What a call of lua/commit.lua compares and writes, and what it answers.

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
  /** Of each grant what it takes: "field cost limit" once or more; null = nothing is granted. */
  readonly grants: readonly string[] | null;
  readonly budgetsKey: string;
  /** When something is due for the customer next; null = as it was. */
  readonly due: CommitDue | null;
  readonly timersKey: string;
  /** What goes to the outbox; null = nothing. */
  readonly deliver: CommitDeliver | null;
}

export interface CommitDeliver {
  readonly outboxKey: string;
  readonly feedKey: string;
  readonly newsKey: string;
  readonly deliveries: readonly {
    /** The sorted set of its channel. */
    readonly dueKey: string;
    readonly deliveryId: string;
    /** Epoch ms. */
    readonly dueAtMs: number;
    readonly entry: string;
    readonly feed: string | null;
  }[];
}

export interface CommitDue {
  readonly customerId: string;
  /** Epoch ms; Infinity = never. */
  readonly atMs: number;
}

export type CommitAnswer =
  | { readonly kind: 'committed'; readonly lastRecord: number }
  /** `value` empty = there is none (any more). */
  | { readonly kind: 'conflict'; readonly value: Buffer }
  | { readonly kind: 'moved'; readonly to: string }
  /** `indexes` into the asked hashes. */
  | { readonly kind: 'seen'; readonly value: Buffer; readonly indexes: readonly number[] }
  | { readonly kind: 'ledger_full' }
  | { readonly kind: 'torn' }
  /** `indexes` into the grants. */
  | { readonly kind: 'exhausted'; readonly indexes: readonly number[] };
