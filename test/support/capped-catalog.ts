// A catalog in which every click asks for an offer that may be given so many times: what is counted
// twice, or not at all, shows in the caps, too. Whoever asks at the desk may get a prize.

import { PRIZE_OFFERS } from './prizes.ts';

/** Most offers that a customer may get within a day. */
export const CAP = 7;

export const CAPPED_CATALOG = `
catalog: capped
features:
  clicks: { count: Clicked }
  spent: { sum: properties.amount, of: Clicked, window: 90d }
triggers:
  every_click: { on: Clicked, decide: slot }
offers:
  few_times:
    caps: [{ max: ${CAP}, window: 1d }]
    treatments: { slot: { n: "{{ clicks }}" } }
${PRIZE_OFFERS}placements:
  slot: { channel: web }
  desk: { channel: pos }
`;
