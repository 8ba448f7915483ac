// What triggers of time remember of a customer, by definition. What the catalog has never leaves, or it
// would be as new: who was in before is led in again, and what comes once comes twice. What it no longer
// has is kept in case it comes back, but not for ever.

import { NOTED_MAX } from '../limits.ts';
import type { Program } from '../program.ts';

/** At the limit those leave that the catalog no longer has, the oldest first. @param noted is changed */
export function boundNoted({ timed }: Program, noted: Map<string, number>): void {
  if (noted.size <= NOTED_MAX) return;
  for (const id of noted.keys()) {
    if (timed?.ids.has(id) === true) continue;
    noted.delete(id);
    if (noted.size <= NOTED_MAX) return;
  }
}
