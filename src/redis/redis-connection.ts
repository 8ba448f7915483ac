// What Redis looks like to everything else, whatever it is made of: one server, a Sentinel's master
// or a cluster. All of them fail fast instead of queueing while Redis is away, give every call a
// deadline, never send a command again whose outcome is unknown, and reconnect by themselves.

export interface ConnectionSettings {
  /** As `REDIS_URL` (redis-target.ts). */
  readonly url: string;
  /** Longest wait for one call, ms; late by an eighth at most. */
  readonly deadlineMs: number;
  /** Replicas that must have what `send` and `replicated` answer for; 0 when absent. */
  readonly replicas?: number;
  /**
   * Whether what is read here is told to somebody who will not forget it (history). Then `replicated`
   * waits for a replica where one may take over, even if none is required; a quarter of the deadline
   * at most.
   */
  readonly tellsOnwards?: boolean;
  /** Shown by `CLIENT LIST`. */
  readonly name?: string;
  /** Faults of the connection; each is followed by a reconnect. */
  readonly onError?: (error: Error) => void;
}

/** One server, for what concerns a server and not a key: SCAN, TIME, SCRIPT LOAD. */
export interface RedisNode {
  readonly isReady: boolean;
  /**
   * Sends one command; strings in replies come as Buffers. Takes over `args`. Calls made in one turn
   * of the event loop go out in one write.
   * @throws Unavailable when Redis is away, full, loading or late; ReplyError for a wrong call
   */
  call(name: string, args: readonly (string | Buffer)[]): Promise<unknown>;
}

/** What scripts and commands are called through. */
export interface RedisConnection {
  /** Whether anything can be served: of a cluster, at least a part. */
  readonly isReady: boolean;
  /** Resolves when commands can be sent. @throws Unavailable when that takes too long (`connectMs`) */
  ready(): Promise<void>;
  /** As `RedisNode.call`, on whichever node has the key: the first of a script, else `args[0]`. */
  call(name: string, args: readonly (string | Buffer)[]): Promise<unknown>;
  /**
   * As `call`, for a command that is bytes already (resp-writer.ts), answered when `replicas` have
   * confirmed it, and with one of the callbacks called in place of promises, of which a commit would
   * otherwise pass five (1 µs). `bytes` must not change.
   * @param slot of its keys (`keySlot`)
   */
  send(
    slot: number,
    name: string,
    bytes: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void;
  /** Whether the node of a key answers, as far as is known. */
  serves(key: string): boolean;
  /** As `serves`, and whether as many replicas as must be confirm what it writes. */
  takesWrites(key: string): boolean;
  /** Whether `replicated` has anything to wait for. */
  readonly confirms: boolean;
  /**
   * Resolves when all that the node of a key had executed by now is on as many replicas as `replicas`
   * says; at once unless `confirms`. @throws Unavailable when it is not, in time
   */
  replicated(key: string): Promise<void>;
  /** The master that has a slot. @throws Unavailable when none is known */
  masterOf(slot: number): RedisNode;
  /** All masters; their answers together are the whole data. */
  masters(): readonly RedisNode[];
  /**
   * Where the keys of each slot are. The same text at two times: they have been there in between, so that
   * a SCAN of all masters from the one to the other has met each. null = some are on their way, or
   * nobody knows. @throws Unavailable
   */
  places(slots: readonly number[]): Promise<readonly (string | null)[]>;
  /** Runs for each node now if connected, and after every connect. Faults go to `onError`. */
  onConnect(prepare: (node: RedisNode) => Promise<void>): void;
  /**
   * Called whenever writes that were answered may be gone: after every connect to a node, and when a
   * slot has another master than before.
   */
  onDoubt(listener: () => void): void;
  /** Ends it; whatever is in flight fails. */
  close(): void;
}
