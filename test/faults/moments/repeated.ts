// What a submission that was acknowledged may be answered when it is sent again: the same decisions
// as before, or none, for only the last 8 answers of a customer are kept. A gateway that has not
// seen the latest state may still have one that another had let go of already: where the first 200
// brought none, a repetition may. What time had brought by then is decided with whatever event comes next.

import type { Json } from './jobs.ts';
import { LATER } from './timed-catalog.ts';

/** Decisions of a repetition that are not those of the first 200; empty = all is well. */
export function otherDecisions(first: Json, again: Json): readonly string[] {
  const before = partsOf(first);
  return partsOf(again).flatMap((part, i) => {
    const known = decisionsOf(before[i]);
    // Every click and every question of these clients is decided once: none means let go of.
    if (known.length === 0) return decisionsOf(part).slice(1);
    return decisionsOf(part).filter((id) => !known.includes(id));
  });
}

/** The result of each event of a batch, else the one answer. */
function partsOf(answer: Json): readonly Json[] {
  return answer.results ?? [answer];
}

function decisionsOf(part: Json): readonly string[] {
  const decisions = (part?.decisions ?? []).filter(({ placement }: Json) => placement !== LATER);
  return decisions.map(({ decisionId }: Json) => decisionId);
}
