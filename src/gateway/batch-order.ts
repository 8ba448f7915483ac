// Hot path. The order of a batch's events where they give several names of one customer. The pipeline
// keeps the order of what is submitted under one name; what a visitor did before the login that comes
// later in the same batch is submitted under another.

import type { Submission } from '../model/step.ts';
import type { Result } from '../pipeline.ts';

interface Last {
  /** The name it was submitted under. */
  readonly name: string;
  /** Not handed on yet: it waits for another. */
  readonly waits: boolean;
  readonly result: Promise<unknown>;
}

/** Whether any of them gives more than one name: else there is nothing to order. */
export function needsOrder(
  submissions: readonly (Submission | { readonly kind: string })[],
): boolean {
  for (const submission of submissions) {
    if (!('kind' in submission) && (submission.naming?.aliases.length ?? 0) > 0) return true;
  }
  return false;
}

/** Hands submissions on, each after those of the same customer, as far as the batch itself says. */
export class BatchOrder {
  private readonly last = new Map<string, Last>();

  constructor(private readonly submit: (submission: Submission) => Promise<Result>) {}

  hand(submission: Submission): Promise<Result> {
    const { customerId: name, naming } = submission;
    const ids = [name];
    for (const { id, otherwise } of naming?.aliases ?? []) {
      ids.push(id);
      // What an alias call renames may be either.
      if (otherwise !== null) ids.push(otherwise.id);
    }
    const before = new Set<Promise<unknown>>();
    for (const id of ids) {
      const last = this.last.get(id);
      if (last !== undefined && (last.waits || last.name !== name)) before.add(last.result);
    }
    const waits = before.size > 0;
    const result = waits
      ? Promise.all(before).then(() => this.submit(submission))
      : this.submit(submission);
    const last = { name, waits, result };
    for (const id of ids) this.last.set(id, last);
    return result;
  }
}
