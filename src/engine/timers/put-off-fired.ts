// Hot path, where a catalog has placements with quiet hours. What an event fired, without what quiet
// hours put off.

import type { CustomerEvent } from '../../model/event.ts';
import { isAllowed } from '../decide/closed.ts';
import type { StateScope } from '../scope.ts';
import type { Stepping } from '../stepping.ts';
import type { Decides } from '../trigger-program.ts';
import type { Fired } from '../triggers.ts';
import { keptEvent } from './kept-event.ts';
import { putOff, quietOf, together } from './quiet.ts';
import { timerKey } from './timer-key.ts';

/**
 * Puts off what is for quiet placements. What an import fires is not: it tells of the past, and the
 * placement is closed then.
 * @param within the placements that may be asked for; null = all
 */
export function putOffFired(
  stepping: Stepping,
  fired: readonly Fired[],
  event: CustomerEvent,
  within: ReadonlySet<string> | null,
  scope: StateScope,
): readonly Fired[] {
  const { program, draft, submission } = stepping;
  if (!program.hasQuiet || !submission.live) return fired;
  return fired.map((each) => {
    const { trigger, key, decide } = each;
    const { name, time, oneOf } = trigger.definition;
    const names = decide.map(({ placement }) => placement.definition.name);
    const asked = within === null ? names : names.filter((placement) => within.has(placement));
    const quiet = quietOf(program, draft, name, asked, draft.asOfMs);
    if (quiet === null) return each;
    const open = decide.filter(({ placement }) => quiet.open.includes(placement.definition.name));
    if (oneOf && choosesNow(stepping, each, asked, open, scope))
      return { trigger, key, decide: open };
    const { messageId, receivedAtMs } = submission;
    // What a segment fires has no event when it is decided later, whatever led there.
    const kept = time === null ? keptEvent({ event, messageId, receivedAtMs }) : '';
    const cause = time === null ? 'event' : 'enter';
    const firing = {
      trigger: name,
      key: timerKey(key),
      cause,
      of: time?.id ?? '',
      event: kept,
    } as const;
    putOff(program, draft, firing, oneOf ? together(quiet, asked) : quiet.later);
    return { trigger, key, decide: oneOf ? NOTHING : open };
  });
}

const NOTHING: readonly Decides[] = [];

/**
 * Whether a firing for one of several placements chooses among those that are open now. It does not where
 * another would be allowed if it were not quiet, and none of these is: it waits for that one.
 */
function choosesNow(
  { program, draft }: Stepping,
  { trigger: { definition }, decide, key }: Fired,
  asked: readonly string[],
  open: readonly Decides[],
  scope: StateScope,
): boolean {
  if (open.length === 0) return false;
  scope.pointFiring(definition.name, key);
  const allowed = decide.filter(
    (each) =>
      asked.includes(each.placement.definition.name) &&
      isAllowed(program, draft, each.placement, scope),
  );
  return allowed.length === 0 || allowed.some((each) => open.includes(each));
}
