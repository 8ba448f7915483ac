import { expect, it } from 'vitest';
import { customerWords, type ShownCustomer } from '../../src/commands/customer-words.ts';

const AT = '2026-11-22T02:00:00.000Z';
const NOBODY: ShownCustomer = {
  ...{ customerId: 'u1', aliases: [], merged: [], traits: {}, features: {}, described: {} },
  ...{ segments: {}, consent: {}, consentStated: {}, recentDecisions: [], lastEvents: [] },
  ...{ timers: [], waiting: [] },
};

it('is one section for each thing that there is to say', () => {
  const candidate = (offerId: string, reason: string, clause: string | null = null) => ({
    ...{ offerId, reason, clause },
  });
  const decided = { ...{ decisionId: 'd', trigger: null, fallback: false, holdout: false } };
  const text = customerWords({
    ...NOBODY,
    aliases: ['phone:+8613800138000', 'anonymous:a1'],
    merged: [{ from: 'anonymous:a1', mergeId: 'm1', at: AT }],
    traits: { name: 'Li', tags: ['a'] },
    described: { views: 'How often Viewed so far: 3 times' },
    segments: { vip: true, lapsed: false, life: 'new', tier: null },
    consent: { marketing: true, profiling: false },
    consentStated: { marketing: { granted: true, at: AT } },
    timers: [
      { trigger: 'cart_abandoned', key: null, dueAt: AT },
      { trigger: 'escalate', key: 'T7', dueAt: AT },
    ],
    waiting: [{ placement: 'app', trigger: 'refill', key: 'shampoo', firedAt: AT, until: AT }],
    lastEvents: [
      { at: AT, event: 'Viewed', label: null, properties: { id: 'p\n9' } },
      { at: AT, event: '$page', label: 'Home', properties: null },
    ],
    recentDecisions: [
      {
        ...{ ...decided, placement: 'web', decidedAt: AT },
        offers: [
          { offerId: 'deal', outcomes: ['impression', 'click'] },
          { offerId: 'other', outcomes: [] },
        ],
      },
    ],
    offersNow: [
      {
        placement: 'web',
        decision: {
          ...{ fallback: false, holdout: false, offers: [{ offerId: 'deal' }] },
          candidates: [
            candidate('deal', 'chosen'),
            candidate('gold', 'ineligible', 'orders > 5'),
            candidate('old', 'ended'),
          ],
        },
      },
      {
        placement: 'push',
        decision: { fallback: false, holdout: true, offers: [], candidates: [] },
      },
    ],
    placementsLeftOut: 2,
  });
  expect(text).toBe(`u1

also known as
  phone:+8613800138000
  anonymous:a1

was before
  anonymous:a1, until ${AT} (m1)

traits
  name: "Li"
  tags: ["a"]

segments
  vip
  life: new

consent
  marketing: granted since ${AT}
  profiling: denied by default

features
  How often Viewed so far: 3 times

time will bring
  ${AT}  cart_abandoned
  ${AT}  escalate of T7

waits to be asked for
  app: refill of shampoo, fired ${AT}, until ${AT}

did last
  ${AT}  Viewed  {"id":"p\\n9"}
  ${AT}  $page Home  …

was offered
  ${AT}  web: deal (impression, click), other (no answer)

would be offered now
  web: deal
    not gold: ineligible, orders > 5
    not old: ended
  push: nothing (held out)
  and 2 more placements`);
});

it('says where history does not answer, and lets no event write on the screen', () => {
  const names = [`a\u001b[2J\nb${'x'.repeat(900)}`];
  const lines = customerWords({ ...NOBODY, aliases: names, lastEvents: null }).split('\n');
  expect(lines).toEqual([
    ...['u1', '', 'also known as', expect.stringMatching(/^ {2}a \[2J bx{493}…$/), ''],
    ...['did last', '  history does not answer'],
  ]);
});
