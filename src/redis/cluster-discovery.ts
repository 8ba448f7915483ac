// Asks the nodes of a cluster who has which slot: at once when something happened, again and again
// while something is wrong, now and then otherwise. One round at a time.

import type { Address } from './redis-target.ts';

/** One node that can be asked. */
export interface Informant {
  readonly host: string;
  /** What it answers to CLUSTER NODES. */
  ask(): Promise<string>;
}

export interface DiscoveryParts {
  /** Nodes that we have a link to. */
  linked(): readonly Informant[];
  /** Where else a node may be; asked over links of their own when no linked one answers. */
  elsewhere(): readonly Address[];
  probe(address: Address): Informant;
  /** Gets each answer that came. */
  learn(text: string, host: string): void;
  /** Whether all is well. */
  isWhole(): boolean;
  onError(error: Error): void;
}

/** Between two rounds while something is wrong, ms: twice as long after each URGENT_ROUNDS. */
const URGENT_MS = 100;
const URGENT_ROUNDS = 16;
const URGENT_MS_MAX = 1_000;
/** Between two rounds otherwise, ms. */
const IDLE_MS = 10_000;
/** So many nodes are asked at a time. */
const ASKED_MAX = 8;

export class ClusterDiscovery {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> | null = null;
  private startedAtMs = Number.NEGATIVE_INFINITY;
  private turn = 0;
  private urgentRounds = 0;
  private ended = false;

  constructor(private readonly parts: DiscoveryParts) {}

  /** Asks as soon as it may; resolves when somebody was asked, whatever came of it. */
  refresh(): Promise<void> {
    this.round ??= this.run().finally(() => {
      this.round = null;
      this.schedule(this.pauseMs());
    });
    return this.round;
  }

  end(): void {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    const waitMs = this.startedAtMs + URGENT_MS - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (this.ended) return;
    this.startedAtMs = performance.now();
    const { parts } = this;
    const linked = this.some(parts.linked());
    if (linked.length > 0 && (await this.askAny(linked))) return;
    if (this.ended) return;
    await this.askAny(this.some(parts.elsewhere()).map((address) => parts.probe(address)));
  }

  /** Resolves with the first answer; those that come later are taken, too. */
  private async askAny(informants: readonly Informant[]): Promise<boolean> {
    const asked = informants.map(async ({ ask, host }) => {
      const text = await ask();
      if (!this.ended) this.parts.learn(text, host);
    });
    try {
      await Promise.any(asked);
      return true;
    } catch (error) {
      const [first] = (error as AggregateError).errors as Error[];
      if (first !== undefined && !this.ended) this.parts.onError(first);
      return false;
    }
  }

  /** ASKED_MAX of them, others each time. */
  private some<T>(all: readonly T[]): T[] {
    if (all.length <= ASKED_MAX) return [...all];
    const from = (this.turn++ * ASKED_MAX) % all.length;
    return [...all, ...all].slice(from, from + ASKED_MAX);
  }

  private pauseMs(): number {
    if (this.parts.isWhole()) {
      this.urgentRounds = 0;
      return IDLE_MS;
    }
    const doublings = Math.floor(this.urgentRounds++ / URGENT_ROUNDS);
    return Math.min(URGENT_MS * 2 ** doublings, URGENT_MS_MAX);
  }

  private schedule(inMs: number): void {
    if (this.ended) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), inMs);
    this.timer.unref();
  }
}
