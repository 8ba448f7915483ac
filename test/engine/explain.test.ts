// Why an offer did not come: clauses of candidates and of triggers, and what an event would do.

import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Decision } from '../../src/model/decision.ts';
import { randomCatalog } from '../model/random-catalogs.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { DAY, HOUR, MINUTE, START } from './support/catalog-builder.ts';
import { Customer, only } from './support/customer.ts';

const SHOP = `
catalog: shop
timezone: Asia/Shanghai
consent:
  marketing: { default: denied }
features:
  views: { count: Viewed, by: properties.product, window: 30m }
  orders: { count: Ordered }
  last_order: { last: Ordered }
  here: { formula: "or(context.channel, 'none')" }
segments:
  buyer: orders >= 1
  stage:
    - young: orders == 1
    - old: orders > 1
triggers:
  third_look: { on: Viewed, when: "event.properties.kind == 'phone' && views[event.properties.product] >= 3", decide: slot, cooldown: 1d, per: properties.product }
  comeback: { on: [Ordered, Viewed], when: "since(before.last_order) > duration('60d')", decide: slot }
  always: { on: Viewed, decide: [push, slot], offers: [plain] }
  keyed: { on: Viewed, when: "firing.key == 'p2'", decide: slot, per: properties.product }
  never_named: { on: Ordered, decide: slot }
offers:
  plain: { treatments: { slot: {}, push: {} } }
  grown: { eligibility: "age(traits.birthday) >= 18 && orders >= 1", treatments: { slot: {} } }
  fresh: { applicability: "!segment.buyer", suitability: "(views['p1'] > 1) && (or(traits.x, 0) > 1 || orders > 5)", treatments: { slot: {} } }
  rare: { caps: [{ max: 5 }, { max: 1, window: 36h }, { max: 3, window: 7d, of: click }], value: 100, treatments: { slot: {} } }
  priced: { value: traits.income, propensity: 0.5, treatments: { slot: {} } }
  costly: { budget: { money: 10, each: "traits.cost * 2" }, treatments: { slot: {} } }
  negative: { value: 3, lever: "orders - 5", treatments: { slot: {} } }
  keyed_offer: { eligibility: "firing.key == 'p9'", treatments: { slot: {} } }
  late: { starts: 2099-01-01, treatments: { slot: {} } }
  spare: { treatments: { closed: {}, push: {} } }
placements:
  slot: { channel: web, limit: 1 }
  push: { channel: push, consent: marketing, fallback: spare }
  closed: { channel: app, when: "orders > 3 && or(context.channel, '') == 'app'", fallback: spare }
  told: { channel: mail }
contact_policy:
  - { max: 3, window: 1d, channels: [push] }
  - { max: 0, channels: [web], when: "or(traits.nps, 10) <= 6" }
`;

const compiled = (text: string): Catalog => {
  const result = compileCatalog([{ path: 'catalog.yaml', text }]);
  if (!result.ok) throw new Error(result.faults.map((f) => f.message).join('\n'));
  return result.catalog;
};
const shop = compiled(SHOP);

const whyOf = (decision: Decision) =>
  Object.fromEntries(
    decision.candidates.map((c) => [c.offerId, [c.reason, c.clause, c.unknown?.join()]]),
  );

describe('a question that is explained', () => {
  it('says of every candidate which part of what ended it, and what was missing', () => {
    const customer = new Customer(shop);
    customer.decide(['slot']);
    customer.track('Ordered');
    expect(whyOf(only(customer.decide(['slot'], { explain: true })))).toEqual({
      plain: ['chosen', null, ''],
      grown: ['ineligible', 'age(traits.birthday) >= 18', 'traits.birthday'],
      fresh: ['not_applicable', '!segment.buyer', ''],
      rare: ['capped', '1 in 36h', ''],
      priced: ['score_unknown', 'traits.income', 'traits.income'],
      costly: ['budget_exhausted', 'traits.cost * 2', 'traits.cost'],
      negative: ['score_unknown', 'orders - 5', ''],
      keyed_offer: ['ineligible', "firing.key == 'p9'", 'firing.key'],
      late: ['not_started', null, ''],
    });
  });

  it('names what is at fault together as the author wrote it', () => {
    const customer = new Customer(shop);
    const { fresh } = whyOf(only(customer.decide(['slot'], { explain: true })));
    expect(fresh).toEqual([
      'unsuitable',
      "(views['p1'] > 1) && (or(traits.x, 0) > 1 || orders > 5)",
      '',
    ]);
  });

  it('says why a placement as a whole is closed, and which contact rule is', () => {
    const customer = new Customer(shop);
    customer.identify({ nps: 3 });
    const asked = customer.decide(['closed', 'push', 'slot'], {
      explain: true,
      context: { channel: 'app' },
    });
    const [closed, push, slot] = asked.decisions.map(whyOf);
    expect(closed!.spare).toEqual(['placement_closed', 'orders > 3', '']);
    expect(push!.spare).toEqual(['no_consent', null, '']);
    expect(slot!.plain).toEqual(['contact_policy', '0 when or(traits.nps, 10) <= 6', '']);
  });

  it('decides and stores as one that is not', () => {
    const [asking, silent] = [new Customer(shop), new Customer(shop)];
    const [told, untold] = [true, false].map((explain, i) =>
      [asking, silent][i]!.decide(['slot', 'closed'], { explain }),
    );
    const bare = told!.decisions.map((decision) => ({
      ...decision,
      candidates: decision.candidates.map(({ clause, unknown, ...rest }) => rest),
    }));
    expect(bare).toEqual(untold!.decisions);
    expect(asking.state).toEqual(silent.state);
    expect(Object.keys(untold!.decisions[0]!.candidates[0]!)).not.toContain('clause');
  });
});

describe('an event that is explained', () => {
  const viewed = { product: 'p1', kind: 'phone' };

  it('shows what it changes, and of each trigger that names it why it is silent', () => {
    const customer = new Customer(shop);
    const { features, segments, triggers, decisions } = customer.explain('Viewed', viewed);
    expect(features).toEqual({ views: [{}, { p1: 1 }] });
    expect(segments).toEqual({});
    const silent = { fired: false, until: null };
    expect(triggers).toEqual([
      {
        ...{ ...silent, trigger: 'third_look', key: 'p1', reason: 'when_false' },
        ...{ clause: 'views[event.properties.product] >= 3', unknown: [] },
      },
      {
        ...{ ...silent, trigger: 'comeback', key: null, reason: 'when_unknown' },
        clause: "since(before.last_order) > duration('60d')",
        unknown: ['before.last_order'],
      },
      {
        ...{ trigger: 'always', fired: true, key: null, reason: null, clause: null, unknown: [] },
        until: null,
      },
      {
        ...{ ...silent, trigger: 'keyed', key: 'p1', reason: 'when_false' },
        ...{ clause: "firing.key == 'p2'", unknown: [] },
      },
    ]);
    expect(decisions.map((d) => [d.placement, d.trigger, whyOf(d).plain])).toEqual([
      ['push', 'always', ['no_consent', null, '']],
      ['slot', 'always', ['chosen', null, '']],
    ]);
  });

  it('shows a segment entered, a group’s member, and times as callers see them', () => {
    const customer = new Customer(shop);
    const { features, segments } = customer.explain('Ordered', {}, { context: { channel: 'app' } });
    expect(features).toEqual({
      orders: [0, 1],
      last_order: [null, new Date(START).toISOString()],
    });
    expect(segments).toEqual({ buyer: [false, true], stage: [null, 'young'] });
  });

  it('says until when a trigger is cooling, that an event is too old, and that it lacks the key', () => {
    const customer = new Customer(shop);
    for (let i = 0; i < 3; i++) customer.track('Viewed', viewed);
    customer.wait(MINUTE);
    const reasons = (explained: ReturnType<Customer['explain']>) =>
      explained.triggers.map(({ trigger, fired, reason, until }) =>
        [trigger, fired ? 'fired' : reason, until].filter((part) => part !== null).join(' '),
      );
    expect(reasons(customer.explain('Viewed', viewed))).toEqual([
      `third_look cooldown ${new Date(START + DAY).toISOString()}`,
      'comeback when_unknown',
      'always fired',
      'keyed when_false',
    ]);
    expect(reasons(customer.explain('Viewed', {}))).toEqual([
      ...['third_look no_key', 'comeback when_unknown', 'always fired', 'keyed no_key'],
    ]);
    const old = customer.explain('Viewed', viewed, { at: customer.nowMs - HOUR - 1 });
    expect(new Set(old.triggers.map(({ reason }) => reason))).toEqual(new Set(['too_old']));
    const lacking = customer.explain('Viewed', {}).triggers[0];
    expect([lacking!.clause, lacking!.unknown]).toEqual([null, ['properties.product']]);
  });

  it('is explained whether or not its message was counted', () => {
    const customer = new Customer(shop);
    customer.track('Viewed', viewed, { messageId: 'asked' });
    expect(customer.explain('Viewed', viewed).features).toEqual({ views: [{ p1: 1 }, { p1: 2 }] });
  });

  it('asks the conditions of candidates with the key of the firing that allows them', () => {
    const customer = new Customer(shop);
    const { decisions } = customer.explain('Viewed', { product: 'p2' });
    expect(decisions.map((d) => [d.placement, d.trigger])).toEqual([
      ['push', 'always'],
      ['slot', 'keyed'],
    ]);
    expect(whyOf(decisions[1]!).keyed_offer).toEqual(['ineligible', "firing.key == 'p9'", '']);
  });

  it('does what it says, whatever the catalog', () => {
    const random = seeded(testSeed());
    for (let round = 0; round < 12; round++) {
      const customer = new Customer(compiled(randomCatalog(random, `c${round}`)), `u${round}`);
      for (let i = 0; i < 12; i++) {
        customer.wait(random.pick([MINUTE, HOUR, DAY]));
        const name = random.pick(['Viewed', 'Bought']);
        const properties = {
          product: random.pick(['p1', 'p2']),
          amount: random.below(9),
          shop: 's',
        };
        const context = { channel: random.pick(['app', 'web']) };
        const before = customer.view();
        const options = { context, messageId: `m${i}` };
        const explained = customer.explain(name, properties, options);
        const done = customer.track(name, properties, options);
        const after = customer.view();
        expect(explained.decisions.map((d) => d.offers)).toEqual(
          done.decisions.map((d) => d.offers),
        );
        const fired = explained.triggers.filter((trigger) => trigger.fired);
        expect(fired.map(({ trigger, key }) => [trigger, key])).toEqual(
          done.firings.map(({ trigger, key }) => [trigger, key]),
        );
        const become = { ...before.features };
        for (const [feature, [was, is]] of Object.entries(explained.features)) {
          expect([feature, was]).toEqual([feature, before.features[feature]]);
          become[feature] = is;
        }
        expect(become).toEqual(after.features);
        for (const { reason, clause, unknown } of explained.triggers) {
          expect([reason, clause !== null]).toEqual([reason, /^when/.test(reason ?? '')]);
          const lacks = reason === 'when_unknown' || reason === 'no_key';
          expect(unknown.length > 0 || !lacks).toBe(true);
        }
      }
    }
  });
});
