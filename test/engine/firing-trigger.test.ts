// `firing.trigger`: an offer that one trigger alone brings, however that fires.

import { describe, expect, it } from 'vitest';
import { faultsOf, valid } from '../catalog/compile.ts';
import { DAY, HOUR, MINUTE, START } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf } from './support/customer.ts';

const TEXT = `
catalog: brought
timezone: Asia/Shanghai
features: { orders: { count: Ordered } }
segments: { buyer: orders >= 1 }
triggers:
  any: { on: Opened, decide: web }
  seen: { on: Opened, decide: web }
  birthday: { at: traits.birthday, decide: [app, night] }
  bought: { enter: buyer, decide: web }
  cart: { on: Added, unless: Ordered, after: 1h, when: firing.trigger == 'cart', decide: app }
offers:
  of_seen: { applicability: firing.trigger == 'seen', value: 2, treatments: { web: { by: "{{ firing.trigger }}" } } }
  of_birthday: { eligibility: firing.trigger == 'birthday', treatments: { app: {}, web: {}, night: {} } }
  twin: { eligibility: firing.trigger == 'birthday', value: 0.5, treatments: { app: {}, web: {} } }
  of_bought: { suitability: "firing.trigger in ['bought']", treatments: { web: {} } }
  of_cart: { applicability: firing.trigger == 'cart', treatments: { app: {} } }
placements: { web: {}, app: { limit: 3 }, night: { quiet: "08:00-22:00" } }
`;
const CATALOG = valid(TEXT);

const answers = ({ decisions }: ReturnType<Customer['track']>) =>
  decisions.map((decision) => [decision.trigger, ...offersOf(decision)]);

describe('firing.trigger', () => {
  it('is unknown where nobody fired: an ordinary question gives none of them', () => {
    const customer = new Customer(CATALOG);
    for (const placement of ['web', 'app', 'night']) {
      expect(answers(customer.decide([placement]))).toEqual([[null]]);
    }
    const { decisions } = customer.decide(['web'], { explain: true });
    expect(decisions[0]!.candidates[0]).toMatchObject({
      ...{ offerId: 'of_seen', reason: 'not_applicable' },
      ...{ clause: "firing.trigger == 'seen'", unknown: ['firing.trigger'] },
    });
  });

  it('is the trigger that an event fires, also beside one that allows the offer as well', () => {
    const done = new Customer(CATALOG).track('Opened');
    expect(answers(done)).toEqual([['seen', 'of_seen']]);
    expect(done.decisions[0]!.offers[0]!.treatment).toEqual({ by: 'seen' });
    expect(fateOf(done.decisions[0]!, 'of_birthday')).toBe('eligibility/ineligible');
  });

  it('is that of a segment that an event leads into', () => {
    expect(answers(new Customer(CATALOG).track('Ordered'))).toEqual([['bought', 'of_bought']]);
  });

  it('is that of what waits, each of several its own, and of what quiet hours put off', () => {
    const customer = new Customer(CATALOG);
    customer.identify({ birthday: new Date(START + DAY).toISOString().slice(0, 10) });
    while (!customer.state.waiting.some(({ trigger }) => trigger === 'birthday')) {
      customer.wait(HOUR).passTime();
    }
    customer.track('Added');
    customer.wait(61 * MINUTE).passTime();
    const both = customer.decide(['app'], { record: false });
    expect(offersOf(both.decisions[0]!).sort()).toEqual(['of_birthday', 'of_cart', 'twin']);
    expect(answers(customer.decide(['night']))).toEqual([[null]]);
    customer.wait(13 * HOUR).passTime();
    expect(answers(customer.decide(['night']))).toEqual([['birthday', 'of_birthday']]);
  });

  it('of a name that no trigger has is a fault, with the one that was meant', () => {
    const faults = (from: string, to: string) => faultsOf(TEXT.replace(from, to));
    expect(faults("== 'seen'", "== 'sen'")).toMatchObject([
      { message: expect.stringContaining('There is no trigger "sen"'), suggestion: 'seen' },
    ]);
    expect(faults("['bought']", "['bougt']")).toMatchObject([{ suggestion: 'bought' }]);
    expect(faults("firing.trigger == 'seen'", "firing.triger == 'seen'")).toMatchObject([
      { suggestion: 'trigger' },
    ]);
  });

  it('is not at hand where a segment is told', () => {
    expect(faultsOf(TEXT.replace('orders >= 1 }', "firing.trigger == 'cart' }"))).toMatchObject([
      { message: expect.stringContaining('There is no firing here') },
    ]);
  });
});
