// Customers who turned out to be somebody else's continuation. Partitions are read one beside the other, so
// that a merge may be read before what the visitor did last. What the survivor does from the merge on
// therefore waits until all that was written before the merge is surely learned: a full pass over all
// partitions that began after the merge was read. So sessions are the same however far the reading of each
// partition was at that moment, from history and from the ledger.
//
// Rejected: reading partitions in the order of time. Gateways' clocks are not the same.

import type { Interaction, Joining } from './interaction.ts';

/** Of one customer, in its order. */
export type WaitingStep = Interaction | (Joining & { readonly pass: number });

/** Of all customers; beyond it, who waits longest waits no longer. */
export const WAITING_MAX = 100_000;

export class WaitingSteps {
  /** By survivor, who waits longest first; the first step of each is a join. */
  readonly #steps = new Map<string, WaitingStep[]>();
  #pass = 0;
  /** Steps of all. */
  count = 0;

  join(joining: Joining): void {
    const steps = this.#steps.get(joining.into);
    const step = { ...joining, pass: this.#pass };
    if (steps === undefined) this.#steps.set(joining.into, [step]);
    else steps.push(step);
    this.count++;
  }

  /** @returns false = its customer waits for nobody */
  hold(interaction: Interaction): boolean {
    if (this.#steps.size === 0) return false;
    const steps = this.#steps.get(interaction.customerId);
    if (steps === undefined) return false;
    steps.push(interaction);
    this.count++;
    return true;
  }

  /**
   * A pass over all partitions ended.
   * @returns survivors whose first join was read before it began
   */
  passed(): readonly string[] {
    const pass = this.#pass++;
    const over: string[] = [];
    for (const [into, [first]] of this.#steps)
      if (first?.kind === 'join' && first.pass < pass) over.push(into);
    return over;
  }

  /** Who waits longest; null = nobody does. */
  get oldest(): string | null {
    for (const into of this.#steps.keys()) return into;
    return null;
  }

  /** Takes what waits no longer. @param all all of it, whatever it waits for */
  take(customerId: string, all: boolean): readonly WaitingStep[] {
    const steps = this.#steps.get(customerId);
    if (steps === undefined) return NONE;
    const waits = (step: WaitingStep) => step.kind === 'join' && step.pass >= this.#pass - 1;
    const end = all ? -1 : steps.findIndex(waits);
    const taken = end < 0 ? steps : steps.slice(0, end);
    if (end < 0) this.#steps.delete(customerId);
    else this.#steps.set(customerId, steps.slice(end));
    this.count -= taken.length;
    return taken;
  }
}

const NONE: readonly WaitingStep[] = [];
