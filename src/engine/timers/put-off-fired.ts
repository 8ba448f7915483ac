// Hot path, where a catalog has placements with quiet hours. What an event fired, without what quiet
// hours put off.

import type { CustomerEvent } from '../../model/event.ts';
import type { Stepping } from '../stepping.ts';
import type { Fired } from '../triggers.ts';
import { keptEvent } from './kept-event.ts';
import { putOff, quietOf } from './quiet.ts';

/**
 * Puts off what is for quiet placements. What an import fires is not: it tells of the past, and the
 * placement is closed then.
 * @param within the placements that may be asked for; null = all
 */
export function putOffFired(
  { program, draft, submission }: Stepping,
  fired: readonly Fired[],
  event: CustomerEvent,
  within: ReadonlySet<string> | null,
): readonly Fired[] {
  if (!program.hasQuiet || !submission.live) return fired;
  return fired.map((each) => {
    const { trigger, key, decide } = each;
    const { name, time } = trigger.definition;
    const names = decide.map(({ placement }) => placement.definition.name);
    const asked = within === null ? names : names.filter((placement) => within.has(placement));
    const quiet = quietOf(program, draft, name, asked, draft.asOfMs);
    if (quiet === null) return each;
    const { messageId, receivedAtMs } = submission;
    // What a segment fires has no event when it is decided later, whatever led there.
    const kept = time === null ? keptEvent({ event, messageId, receivedAtMs }) : '';
    const cause = time === null ? 'event' : 'enter';
    const firing = { trigger: name, key, cause, of: time?.id ?? '', event: kept } as const;
    putOff(program, draft, firing, quiet.later);
    const open = decide.filter(({ placement }) => quiet.open.includes(placement.definition.name));
    return { trigger, key, decide: open };
  });
}
