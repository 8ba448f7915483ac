// A call gives its customer one name after the other, and none is stored before all are there. One of them may
// bring somebody of whom it was said that a name before it is not theirs. That is not true any more of who has
// that name by now, as it would not be had the state listed it (engine/fold/fold-names.ts); but what the fold
// stores says it still. Rejected: to refuse the name then. It was taken from who had it, and would be nobody's.
// A name of the call that somebody frees by hand between such a fold and the call's commit is not told from
// that; another call must have stored it for that to be possible.

import type { Naming } from '../model/identity.ts';

export class NamedBefore {
  /** Of calls that are on their way: their names → whether somebody was folded in since. */
  private readonly calls = new WeakMap<Naming, Map<string, boolean>>();

  /** A name that was not the customer's became so, but is not stored yet. */
  listed(call: Naming, name: string): void {
    const names = this.calls.get(call) ?? new Map<string, boolean>();
    if (!names.has(name)) names.set(name, false);
    this.calls.set(call, names);
  }

  /** For a name of the call its customer became one with somebody. */
  folded(call: Naming): void {
    const names = this.calls.get(call);
    for (const name of names?.keys() ?? []) names?.set(name, true);
  }

  /** Whether the call gave a name before somebody was folded in for another. */
  has(call: Naming, name: string): boolean {
    return this.calls.get(call)?.get(name) === true;
  }
}
