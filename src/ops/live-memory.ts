// What a process really holds. Resident memory goes up and down with when V8 finds it worth while to
// collect, hundreds of MB apart; what its last full collection left grows only with what is kept.

import { constants, PerformanceObserver } from 'node:perf_hooks';

/** As Node has it; its type definitions leave the detail out. */
interface Collection {
  readonly detail: { readonly kind: number };
}

export class LiveMemory {
  private readonly observer: PerformanceObserver;
  private left = inUse();

  constructor() {
    this.observer = new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries() as unknown as Collection[]) {
        if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) this.left = inUse();
      }
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** Heap and buffers, bytes; before the first full collection those at the start. */
  get bytes(): number {
    return this.left;
  }

  stop(): void {
    this.observer.disconnect();
  }
}

function inUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
