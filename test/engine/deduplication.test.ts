import { describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/model/event.ts';
import { SEEN_CHARS } from '../../src/model/seen-messages.ts';
import { DAY, type Parts, START } from './support/catalog-builder.ts';
import { Customer, only } from './support/customer.ts';

const parts: Parts = {
  placements: { home: {} },
  offers: { deal: { treatments: { home: { text: 'x' } } }, big: { in: ['wide'] } },
  features: { seen: { kind: 'count', on: '*' } },
  triggers: { t: { on: 'Fire', decide: ['home'] } },
};

const track = (customer: Customer, messageId: string, name = 'X') => {
  const event: CustomerEvent = {
    type: 'track',
    name,
    userId: 'u1',
    anonymousId: null,
    timestampMs: customer.nowMs,
    properties: {},
    traits: {},
    context: {},
    label: name,
  };
  return customer.step({ stimulus: { kind: 'event', event, outcome: null }, messageId }, {});
};

describe('a message that comes again', () => {
  it('changes nothing and gets the answer it had', () => {
    const customer = new Customer(parts);
    const first = track(customer, 'm', 'Fire');
    const state = customer.state;
    const again = track(customer.wait(1_000), 'm', 'Fire');
    expect(again).toEqual({ kind: 'duplicate', answer: (first as { answer: string }).answer });
    expect((first as { answer: string }).answer).toContain('"deal"');
    expect(customer.state).toBe(state);
  });

  it('counts again once 24 h of received time have passed', () => {
    const customer = new Customer(parts);
    track(customer, 'm');
    expect(track(customer.wait(DAY - 1), 'm').kind).toBe('duplicate');
    expect(track(customer.wait(1), 'm').kind).toBe('stepped');
    expect(track(customer, 'm').kind).toBe('duplicate');
    expect(customer.view().features).toEqual({ seen: 2 });
  });

  it('is recognised by received time in imports too', () => {
    const customer = new Customer(parts);
    const imported = { live: false, receivedAtMs: START };
    customer.track('X', {}, { messageId: 'm', nowMs: START - 400 * DAY, ...imported });
    customer.track('X', {}, { messageId: 'n', nowMs: START - 10 * DAY, ...imported });
    expect(track(customer, 'm').kind).toBe('duplicate');
  });

  it('gets its decisions for the last 8 messages only, also when those answered nothing', () => {
    const customer = new Customer(parts);
    track(customer, 'fire', 'Fire');
    for (let i = 0; i < 7; i++) track(customer, `m${i}`);
    expect(track(customer, 'fire', 'Fire')).toMatchObject({ kind: 'duplicate' });
    expect(track(customer, 'fire', 'Fire')).not.toMatchObject({ answer: '[]' });
    track(customer, 'm7');
    expect(track(customer, 'fire', 'Fire')).toEqual({ kind: 'duplicate', answer: '[]' });
  });

  it('is remembered for 24 h however many follow', () => {
    const customer = new Customer(parts);
    for (let i = 0; i < 500; i++) track(customer.wait(1_000), `m${i}`);
    expect(customer.state.seen).toHaveLength(500 * SEEN_CHARS);
    expect(track(customer, 'm0').kind).toBe('duplicate');
    track(customer.wait(DAY - 100_000), 'late');
    expect(customer.state.seen).toHaveLength(101 * SEEN_CHARS);
  });

  it('keeps a bounded amount of answer text', () => {
    const customer = new Customer({
      ...parts,
      offers: { deal: { treatments: { home: { text: 'x'.repeat(3_000) } } } },
    });
    for (let i = 0; i < 8; i++) track(customer, `m${i}`, 'Fire');
    expect(customer.state.answers.map(({ record }) => record)).toEqual([7, 8]);
  });
});

describe('what is asked without being recorded', () => {
  it('is decided like any other but counted and stored nowhere', () => {
    const customer = new Customer(parts);
    const asked = customer.decide(['home'], { record: false, messageId: 'q' });
    expect(only(asked).offers).toHaveLength(1);
    expect(customer.state.seen).toBe('');
    expect(customer.decide(['home'], { messageId: 'q' }).kind).toBe('stepped');
    expect(customer.decide(['home'], { messageId: 'q', record: false }).kind).toBe('stepped');
  });
});

describe('what can never succeed', () => {
  it('an unknown placement is refused with the known ones named', () => {
    const customer = new Customer(parts);
    const request = {
      ...{ userId: 'u1', anonymousId: null },
      ...{ placements: ['home', 'hmoe'], limit: null, context: {} },
    };
    const refused = customer.step({ stimulus: { kind: 'decide', request }, messageId: 'q' }, {});
    expect(refused).toMatchObject({ kind: 'refused', code: 'unknown_placement' });
    expect(refused).toMatchObject({ path: 'placements[1]' });
    expect(refused).toMatchObject({ message: expect.stringContaining('it has: home') });
    expect(customer.state.records).toBe(0);
  });
});
