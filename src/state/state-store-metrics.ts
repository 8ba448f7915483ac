// What a store of states counts.

/** What is counted; all optional to a caller that does not care. */
export interface StateStoreMetrics {
  cacheHit(): void;
  cacheMiss(): void;
  /** Features lost so many keys and remembered values to the size limit. */
  dropped(count: number): void;
  /** A state was written that is over its maximum, since nothing of it may be lost. */
  oversize(): void;
  /** Encoded size of a state that was written. */
  stateBytes(bytes: number): void;
  /** A write was refused since the partition's position was lost. */
  torn(partition: number): void;
}

export const NO_METRICS: StateStoreMetrics = {
  cacheHit() {},
  cacheMiss() {},
  dropped() {},
  oversize() {},
  stateBytes() {},
  torn() {},
};
