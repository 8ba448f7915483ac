// Each listener's turn comes every 15 s; a fifteenth of them each second, so that thousands are no wave.

import type { Listener } from './listener.ts';

const SLOTS = 15;
const SLOT_MS = 1_000;

export class Beats {
  private readonly slots = Array.from({ length: SLOTS }, () => new Set<Listener>());
  private readonly slotOf = new Map<Listener, Set<Listener>>();
  private at = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param turn never rejects */
  constructor(private readonly turn: (listeners: readonly Listener[]) => Promise<void>) {}

  /** Its first turn is 15 s from now. */
  add(listener: Listener): void {
    const slot = this.slots[this.at]!;
    slot.add(listener);
    this.slotOf.set(listener, slot);
    this.timer ??= setInterval(() => this.next(), SLOT_MS);
  }

  remove(listener: Listener): void {
    this.slotOf.get(listener)?.delete(listener);
    this.slotOf.delete(listener);
    if (this.slotOf.size === 0) this.stop();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private next(): void {
    this.at = (this.at + 1) % SLOTS;
    const slot = this.slots[this.at]!;
    if (slot.size > 0) void this.turn([...slot]);
  }
}
