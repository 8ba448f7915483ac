// Hot path.

import type { EventSelector } from '../../model/catalog.ts';
import type { CustomerEvent } from '../../model/event.ts';

/**
 * Whether the selector means this event. `"*"` is every track, page and screen, but no reported
 * outcome: pass `isOutcome` for the track events that carry one. A name selects outcomes too.
 */
export function selects(selector: EventSelector, event: CustomerEvent, isOutcome = false): boolean {
  if (selector.any && !isOutcome) {
    const { type } = event;
    if (type === 'track' || type === 'page' || type === 'screen') return true;
  }
  return selector.names.includes(event.name);
}
