// Lists in decisions: beside the offers, within their treatments, and under the same consent, hours, contact
// policy and holdout; and decided again with the list of then.

import { describe, expect, it } from 'vitest';
import { LIST_CHARS_MAX } from '../../src/engine/decide/decided-list.ts';
import { prepareMessage } from '../../src/engine/deliver/prepare-message.ts';
import { listText, readList } from '../../src/ledger/list-source.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Item } from '../../src/model/item.ts';
import type { ListSource } from '../../src/model/list-source.ts';
import { reported, valid } from '../catalog/compile.ts';
import { crowdOf, item } from './recommend/shop-crowd.ts';
import { HOUR } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

const SHOP = [
  item('phone', { accessories: ['case', 'cable', 'pen'] }),
  item('tablet', { accessories: ['pen'] }),
  item('case', { name: 'A case', price: 10, properties: { colour: 'red' } }),
  item('cable', { name: 'A cable', price: 5 }),
  item('pen', { price: 3, inStock: false }),
];

const CATALOG = `catalog: c
consent: { marketing: { default: granted } }
recommenders:
  extras: { model: accessories, seed: event.properties.product_id, where: "item.price < 100", limit: 5 }
  again: { model: recently_viewed }
triggers:
  looked: { on: Product Viewed, decide: [page] }
offers:
  both:
    eligibility: traits.vip == true
    treatments: { page: { title: "With {{ items[0].name }}", all: "{{ items }}", names: "{{ items.map(i, i.itemId) }}", n: "{{ size(items) }}" } }
  plain: { eligibility: traits.vip == true, treatments: { elsewhere: { title: x } } }
placements:
  page: { channel: web, recommend: extras }
  elsewhere: { channel: web }
  mine: { recommend: again }
`;

const crowd = (items: readonly Item[] = SHOP): ListSource => ({
  kind: 'crowd',
  crowd: crowdOf(items),
});
const lists = crowd();
const idsOf = ({ list }: Decision) => list?.made?.items.map(({ itemId }) => itemId) ?? null;
const answered = (done: { readonly answer: string }) => JSON.parse(done.answer)[0];

const customer = (yaml = CATALOG, id = 'u1') => new Customer(valid(yaml), id);
const view = (of: Customer, id: string, from: ListSource | null = lists) =>
  of.track('Product Viewed', { product_id: id }, from === null ? {} : { lists: from });

describe('the list of a placement', () => {
  it('stands beside the offers, with the item of the event at hand for its seed', () => {
    const done = view(customer(), 'phone');
    const { decisionId } = only(done);
    expect(answered(done)).toMatchObject({
      ...{ placement: 'page', trigger: 'looked', offers: [] },
      recommendationId: decisionId,
      items: [
        {
          ...{ itemId: 'case', source: 'accessories' },
          item: { name: 'A case', price: 10, properties: { colour: 'red' } },
        },
        { itemId: 'cable', source: 'accessories', item: { name: 'A cable', price: 5 } },
      ],
    });
    expect(answered(view(customer(), 'case')).items).toEqual([]);
    expect(answered(view(customer(), 'case'))).not.toHaveProperty('recommendationId');
  });

  it('takes, where nobody asks by an event, what the customer was at last', () => {
    const asking = customer();
    view(asking, 'phone');
    expect(idsOf(only(asking.decide(['page'], { lists })))).toEqual(['case', 'cable']);
    expect(idsOf(only(asking.decide(['mine'], { lists })))).toEqual(['phone']);
  });

  it('is none of a placement that has no recommender', () => {
    expect(answered(customer().decide(['elsewhere'], { lists }))).not.toHaveProperty('items');
  });

  it('is within treatments, as it is in the answer', () => {
    const vip = customer();
    vip.identify({ vip: true });
    const [offer] = only(view(vip, 'phone')).offers;
    expect(offer!.treatment).toEqual({
      title: 'With A case',
      names: ['case', 'cable'],
      n: 2,
      all: [
        {
          ...{ itemId: 'case', id: 'case', source: 'accessories' },
          ...{ name: 'A case', price: 10, properties: { colour: 'red' } },
        },
        {
          ...{ itemId: 'cable', id: 'cable', source: 'accessories', name: 'A cable', price: 5 },
        },
      ],
    });
    expect(only(view(vip, 'case')).offers[0]!.treatment).toMatchObject({ title: 'With ', all: [] });
  });

  it('is what an offer may ask of, whose placements all have one', () => {
    const asks = CATALOG.replace(
      '    treatments: { page: { title: "With',
      '    applicability: size(items) > 1\n    suitability: items[0].price < 50\n    treatments: { page: { title: "With',
    );
    const vip = customer(asks);
    vip.identify({ vip: true });
    expect(offersOf(only(view(vip, 'phone')))).toEqual(['both']);
    expect(fateOf(only(view(vip, 'case')), 'both')).toBe('applicability/not_applicable');
    const [why] = vip.decide(['page'], { lists, explain: true, record: false }).decisions;
    expect(why!.candidates).toMatchObject([{ offerId: 'both', clause: 'size(items) > 1' }]);
    const elsewhere = asks.replace('treatments: { page: {', 'treatments: { elsewhere: {}, page: {');
    expect(reported(elsewhere).join('\n')).toContain('items is only known beside a list');
  });

  it('of what is known without a crowd are the customer’s own items', () => {
    const asking = customer();
    view(asking, 'phone', null);
    expect(idsOf(only(asking.decide(['mine'])))).toEqual(['phone']);
    expect(idsOf(only(asking.decide(['page'])))).toEqual([]);
  });
});

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

describe('what is long', () => {
  const LONG = 'x'.repeat(8_000);
  const long = crowd([
    item('phone', { accessories: Array.from({ length: 100 }, (_, i) => `a${i}`) }),
    ...Array.from({ length: 100 }, (_, i) => item(`a${i}`, { price: 1, properties: { LONG } })),
  ]);

  it('leaves of further items their ids', () => {
    const yaml = CATALOG.replace('limit: 5', 'limit: 100');
    const done = view(customer(yaml), 'phone', long);
    const { items } = answered(done);
    expect(items).toHaveLength(100);
    expect(items.filter(({ item }: { item?: object }) => item !== undefined)).toHaveLength(8);
    expect(done.answer.length).toBeLessThan(LIST_CHARS_MAX + 10_000);
  });

  it('is not put into a treatment many times over', () => {
    const yaml = CATALOG.replace('items.map(i, i.itemId)', 'items.map(i, items)');
    const vip = customer(yaml.replace('limit: 5', 'limit: 100'));
    vip.identify({ vip: true });
    expect(only(view(vip, 'phone', long)).offers[0]!.treatment).toMatchObject({
      n: 100,
      names: '',
    });
  });
});

describe('why', () => {
  it('says of each item what removed it, and changes nothing of the answer', () => {
    const one = customer();
    view(one, 'phone');
    const asked = one.decide(['page'], { lists, explain: true, record: false });
    const [{ list }] = asked.decisions as [Decision];
    expect(list!.made!.removed).toEqual([
      expect.objectContaining({ itemId: 'pen', reason: 'out_of_stock' }),
    ]);
    const unexplained = one.decide(['page'], { lists, record: false });
    expect(answered(asked).items).toEqual(answered(unexplained).items);
  });
});

describe('decided again', () => {
  it('has the list that was recorded, whatever became of the shop', () => {
    const yaml = CATALOG.replace('recommend: extras }', 'recommend: extras, holdout: 50% }');
    for (let i = 0; i < 20; i++) {
      const then = customer(yaml, `u${i}`);
      then.identify({ vip: i % 2 === 0 });
      const made = view(then, 'phone');
      const text = listText(only(made).list!);
      const recorded: ListSource = {
        kind: 'recorded',
        of: (messageId, placement) =>
          placement === 'page' && messageId === `u${i}-m2` ? readList(text) : null,
      };
      const again = customer(yaml, `u${i}`);
      again.identify({ vip: i % 2 === 0 });
      const same = view(again, 'phone', recorded);
      expect(same.answer).toBe(made.answer);
      expect(same.state.contacts).toEqual(made.state.contacts);
      expect(listText(only(same).list!)).toBe(text);
    }
  });
});

describe('a catalog', () => {
  it('is told of a recommender that there is not', () => {
    expect(reported(CATALOG.replace('recommend: extras', 'recommend: extra'))).toEqual([
      'a.yaml:14:36: placements.page.recommend: there is no recommender "extra", expected one of extras, again (did you mean extras?)',
    ]);
  });

  it('is told where `items` is known', () => {
    const yaml = CATALOG.replace('{ title: x }', '{ title: "{{ items[0].name }}" }');
    expect(reported(yaml).join('\n')).toContain(
      'items is only known beside a list: in the treatments of a placement with `recommend`',
    );
    const wrong = CATALOG.replace('items[0].name', 'items.name');
    expect(reported(wrong).join('\n')).toContain('did you mean items[0].name');
  });
});
