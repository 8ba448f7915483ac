// What the service under faults decides by: every click asks for an offer, and time brings something,
// too. All of it is due within seconds, so that some of it is while the fault lasts.

import { CAPPED_CATALOG } from '../../support/capped-catalog.ts';

/** How long after a `Left` each of its triggers fires, ms. */
export const ABSENCES = { left_alone: 1_500, not_back: 3_000 } as const;

/** How long after the last click each of these segments is entered, by time alone; ms. */
export const ENTERS = { win_back: 3_000, calmed: 2_000 } as const;

/** Nobody asks for it: what fires for it waits. */
export const LATER = 'later';

const TIMED = `
features:
  last_click: { last: Clicked }
  recent: { count: Clicked, window: ${ENTERS.calmed}ms }
segments:
  lapsed: since(last_click) >= duration('${ENTERS.win_back}ms')
  calm: clicks >= 1 && recent == 0
triggers:
  left_alone:
    on: Left
    unless: Returned
    per: properties.ticket
    after: ${ABSENCES.left_alone}ms
    decide: ${LATER}
  not_back: { on: Left, unless: Returned, after: ${ABSENCES.not_back}ms, decide: ${LATER} }
  win_back: { enter: lapsed, decide: ${LATER} }
  calmed: { enter: calm, decide: ${LATER} }
placements:
  ${LATER}: { channel: app }
`;

/** By file name. */
export const FAULTED_CATALOG = { 'capped.yaml': CAPPED_CATALOG, 'timed.yaml': TIMED } as const;
