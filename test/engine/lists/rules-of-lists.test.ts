// Lists in decisions: under the same consent, hours, contact policy and holdout as offers.

import { describe, expect, it } from 'vitest';
import { prepareMessage } from '../../../src/engine/deliver/prepare-message.ts';
import type { Decision } from '../../../src/model/decision.ts';
import { HOUR } from '../support/catalog-builder.ts';
import { offersOf, only } from '../support/customer.ts';
import { answered, CATALOG, customer, idsOf, lists, view } from './listing-shop.ts';

describe('what goes for offers', () => {
  const withheld = ({ list }: Decision) => list?.withheld;

  it('goes for lists: consent, `when` and quiet hours', () => {
    const page = (rule: string) =>
      CATALOG.replace('recommend: extras }', `recommend: extras, ${rule} }`);
    for (const [rule, reason] of [
      ['consent: marketing', 'no_consent'],
      ['when: traits.open == true', 'placement_closed'],
      ['quiet: "00:00-23:59"', 'placement_closed'],
    ] as const) {
      const yaml = page(rule).replace('default: granted', 'default: denied');
      const done = customer(yaml).decide(['page'], { lists });
      expect(only(done).list).toEqual({ made: null, withheld: reason });
      expect(answered(done)).toMatchObject({ items: [] });
    }
  });

  it('counts a list as a contact, once for each decision, and obeys the policy', () => {
    const yaml = `${CATALOG}contact_policy: [{ max: 2, window: 1h, channels: [web] }]\n`;
    const one = customer(yaml);
    expect(idsOf(only(view(one, 'case')))).toEqual([]);
    for (let i = 0; i < 2; i++) expect(idsOf(only(view(one, 'phone')))).toHaveLength(2);
    const third = view(one, 'phone');
    expect(withheld(only(third))).toBe('contact_policy');
    expect(answered(third)).toMatchObject({ items: [] });
    one.wait(HOUR);
    expect(idsOf(only(view(one, 'phone')))).toHaveLength(2);
    one.identify({ vip: true });
    expect(offersOf(only(view(one, 'phone')))).toEqual(['both']);
    expect(withheld(only(view(one, 'phone')))).toBe('contact_policy');
  });

  it('shows those held out the fallback alone, also within its treatment', () => {
    const yaml = CATALOG.replace(
      'recommend: extras }',
      'recommend: extras, holdout: 50%, fallback: both }',
    );
    const sides = { held: 0, shown: 0 };
    for (let i = 0; i < 40; i++) {
      const one = customer(yaml, `u${i}`);
      const decision = only(view(one, 'phone'));
      const { treatment } = decision.offers[0]!;
      if (decision.holdout) {
        sides.held++;
        expect(withheld(decision)).toBe('holdout');
        expect(treatment).toMatchObject({ title: 'With ', all: [] });
      } else {
        sides.shown++;
        expect(withheld(decision)).toBeNull();
        expect(treatment).toMatchObject({ title: 'With A case' });
      }
      // With nothing to show nobody is held out.
      expect(only(view(one, 'case')).holdout).toBe(false);
    }
    expect(Math.min(sides.held, sides.shown)).toBeGreaterThan(5);
  });

  it('leaves with an offer alone where a channel carries decisions away', () => {
    const yaml = `${CATALOG}channels: { web: stream }\n`;
    const one = customer(yaml);
    const bare = view(one, 'phone');
    expect([withheld(only(bare)), bare.deliveries]).toEqual(['no_offer', []]);
    expect(one.state.contacts.size).toBe(0);
    // Who asks gets an answer.
    expect(withheld(only(one.decide(['page'], { lists })))).toBeNull();
    one.identify({ vip: true });
    const { deliveries } = view(one, 'phone');
    expect(JSON.parse(deliveries[0]!.feed!)).toMatchObject({
      items: [{ itemId: 'case' }, { itemId: 'cable' }],
      offers: [{ offerId: 'both' }],
    });
  });

  it('is in what a webhook is sent', () => {
    const channels = 'channels: { web: { webhook: { url: "https://push.example" } } }';
    const one = customer(`${CATALOG}${channels}\n`);
    one.identify({ vip: true });
    const { decisions, deliveries } = view(one, 'phone');
    const [attempts, ...entry] = deliveries[0]!.entry.split(' ');
    const prepared = prepareMessage(
      one.program,
      one.state,
      { attempts: Number(attempts), ...JSON.parse(entry.join(' ')) },
      one.nowMs,
    );
    expect(prepared).toMatchObject({
      message: {
        data: {
          recommendationId: decisions[0]!.decisionId,
          items: [{ itemId: 'case', source: 'accessories' }, { itemId: 'cable' }],
        },
      },
    });
  });

  it('is an answer of a `one_of`, and does not answer what waited', () => {
    const yaml = CATALOG.replace(
      'triggers:',
      `triggers:
  late: { on: Product Viewed, after: 1h, decide: [page] }
  either: { on: Product Added, decide: { one_of: [elsewhere, page] } }`,
    );
    const one = customer(yaml);
    const added = one.track('Product Added', { product_id: 'phone' }, { lists });
    expect(added.decisions.map(({ placement }) => placement)).toEqual(['page']);
    view(one, 'phone');
    one.wait(HOUR).passTime();
    expect(one.state.waiting).toHaveLength(1);
    const asked = only(one.decide(['page'], { lists }));
    expect(asked).toMatchObject({ waiting: false, trigger: null });
    expect(idsOf(asked)).toEqual(['case', 'cable']);
    expect(one.state.waiting).toHaveLength(1);
    one.identify({ vip: true });
    const waited = only(one.decide(['page'], { lists }));
    expect(waited).toMatchObject({ waiting: true, trigger: 'late' });
    expect(waited.offers[0]!.treatment).toMatchObject({ title: 'With A case' });
  });
});
