// Lists in decisions: beside the offers, within their treatments and conditions; and decided again with the
// list of then.

import { describe, expect, it } from 'vitest';
import { LIST_CHARS_MAX } from '../../../src/engine/decide/decided-list.ts';
import { readList, writeList } from '../../../src/ledger/list-source.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { ListSource } from '../../../src/model/list-source.ts';
import { reported } from '../../catalog/compile.ts';
import { item } from '../recommend/shop-crowd.ts';
import { fateOf, offersOf, only } from '../support/customer.ts';
import { answered, CATALOG, crowd, customer, idsOf, lists, view } from './listing-shop.ts';

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
      const text = writeList(only(made).list!);
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
      expect(writeList(only(same).list!)).toBe(text);
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
