// What an event does to triggers that time fires, and to those of a segment that it leads into.

import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/model/decision.ts';
import { valid } from '../catalog/compile.ts';
import { HOUR, MINUTE } from './support/catalog-builder.ts';
import { Customer } from './support/customer.ts';

const TIMED = valid(`
catalog: timed
features: { orders: { count: Ordered } }
segments: { buyer: orders >= 1 }
triggers:
  cart: { on: Added, unless: Ordered, after: 1h, cooldown: 1d, decide: slot }
  ticket: { on: Filed, unless: Solved, per: properties.ticket, after: 2h, when: event.properties.grave == true, decide: slot }
  bought: { enter: buyer, decide: slot }
  plain: { on: Ordered, decide: push }
offers: { gift: { eligibility: orders > 5, treatments: { slot: {}, push: {} } } }
placements: { slot: { channel: web }, push: { channel: app } }
`);

const whyOf = ({ candidates }: Decision) => [candidates[0]!.reason, candidates[0]!.clause];

describe('an event that time waits for', () => {
  const because = ({ triggers }: { triggers: readonly { trigger: string }[] }) => triggers;

  it('says what it arms, and when that is due', () => {
    const customer = new Customer(TIMED);
    const armed = { trigger: 'cart', fired: false, key: null, reason: 'armed', clause: null };
    const until = new Date(customer.nowMs + HOUR).toISOString();
    expect(because(customer.explain('Added'))).toEqual([{ ...armed, unknown: [], until }]);
    expect(customer.state.timers).toEqual([]);
    customer.track('Added');
    // One that is late does not move it to before.
    const late = customer.explain('Added', {}, { at: customer.nowMs - 50 * MINUTE });
    expect(because(late)).toMatchObject([{ reason: 'armed', until }]);
    expect(because(customer.explain('Filed', { grave: true }))).toMatchObject([
      { trigger: 'ticket', reason: 'no_key', unknown: ['properties.ticket'], until: null },
    ]);
    expect(because(customer.explain('Filed', { ticket: 'T', grave: false }))).toMatchObject([
      { reason: 'when_false', clause: 'event.properties.grave == true', until: null },
    ]);
  });

  it('says what it cancels, and of what was not armed nothing', () => {
    const customer = new Customer(TIMED);
    customer.track('Filed', { ticket: 'T1', grave: true });
    const until = new Date(customer.nowMs + 2 * HOUR).toISOString();
    expect(because(customer.explain('Solved', { ticket: 'T1' }))).toMatchObject([
      { trigger: 'ticket', fired: false, key: 'T1', reason: 'cancelled', until },
    ]);
    expect(because(customer.explain('Solved', { ticket: 'T2' }))).toEqual([]);
  });

  it('says what fires since it leads into a segment, and why its offers did not come', () => {
    const explained = new Customer(TIMED).explain('Ordered');
    expect(explained.triggers.map(({ trigger, fired }) => [trigger, fired])).toEqual([
      ['bought', true],
      ['plain', true],
    ]);
    expect(explained.decisions.map(({ placement }) => placement)).toEqual(['slot', 'push']);
    expect(explained.decisions.map(whyOf)).toEqual([
      ['ineligible', 'orders > 5'],
      ['ineligible', 'orders > 5'],
    ]);
  });
});
