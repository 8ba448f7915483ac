// What those ask of leases who write under them. Who holds, renews and gives them back: lease-keeper.ts.

/** A partition, and the fencing token that it is written under. */
export interface Lease {
  readonly partition: number;
  readonly fence: string;
}

export interface Leases {
  /** Whether the lease is ours, and will be for long enough to begin something. */
  holds(partition: number): boolean;
  /** As `holds`, and without a break since `fence` was the token. */
  holdsUnder(lease: Lease): boolean;
  /** The fencing token of a partition; '' when it is not ours (no script accepts that). */
  fence(partition: number): string;
  /** A script said that the lease is another's. Of an old token that says nothing about a new one. */
  lost(lease: Lease): void;
}

/** For who takes single partitions by name: a repair. */
export interface TakenLeases extends Leases {
  /** Takes one partition if it is free. @throws Unavailable */
  acquire(partition: number): Promise<boolean>;
  /** Gives a partition back at once. @throws Unavailable it is left to expire */
  release(partition: number): Promise<void>;
}

/** What a worker knows of the others. */
export interface Roster {
  /** Ids of the workers alive, in the order in which they started. */
  readonly workers: readonly string[];
  /** Partitions that somebody who is no worker (a repair) asks for. */
  readonly claims: readonly number[];
}

/** How who is no worker gets a partition that a worker holds. */
export interface PartitionClaims {
  /** Asks for a partition for `ttlMs`: its worker hands it over after its batch. @throws Unavailable */
  claim(partition: number, ttlMs: number): Promise<void>;
  /** The partition was obtained, or is not wanted any more. @throws Unavailable */
  unclaim(partition: number): Promise<void>;
}
