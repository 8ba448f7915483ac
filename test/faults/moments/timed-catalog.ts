// What the service under faults decides by: every click asks for an offer, and time brings something,
// too. All of it is due within seconds, so that some of it is while the fault lasts.

import { CAPPED_CATALOG } from '../../support/capped-catalog.ts';

export const TIMER_RULES = {
  absences: {
    left_alone: { on: 'Left', unless: 'Returned', afterMs: 1_500, isKeyed: true },
    not_back: { on: 'Left', unless: 'Returned', afterMs: 3_000, isKeyed: false },
  },
  enters: {
    win_back: { event: 'Clicked', afterMs: 3_000 },
    calmed: { event: 'Clicked', afterMs: 2_000 },
  },
} as const;
const { absences, enters } = TIMER_RULES;

/** Nobody asks for it: what fires for it waits. */
export const LATER = 'later';
/** What fires for it is sent to an endpoint. */
export const SENT = 'sent';

const TIMED = `
features:
  last_click: { last: Clicked }
  recent: { count: Clicked, window: ${enters.calmed.afterMs}ms }
segments:
  lapsed: since(last_click) >= duration('${enters.win_back.afterMs}ms')
  calm: clicks >= 1 && recent == 0
triggers:
  left_alone:
    on: Left
    unless: Returned
    per: properties.ticket
    after: ${absences.left_alone.afterMs}ms
    decide: ${LATER}
  not_back: { on: Left, unless: Returned, after: ${absences.not_back.afterMs}ms, decide: [${LATER}, ${SENT}] }
  win_back: { enter: lapsed, decide: ${SENT} }
  calmed: { enter: calm, decide: ${LATER} }
offers:
  come_back: { treatments: { ${SENT}: { title: "{{ clicks }} clicks" } } }
channels:
  push: { webhook: { url_env: PUSH_URL, secret_env: PUSH_SECRET } }
placements:
  ${LATER}: { channel: app }
  ${SENT}: { channel: push }
`;

/** By file name. */
export const FAULTED_CATALOG = { 'capped.yaml': CAPPED_CATALOG, 'timed.yaml': TIMED } as const;
