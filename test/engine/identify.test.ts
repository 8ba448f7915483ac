import { describe, expect, it } from 'vitest';
import { MINUTE, START } from './support/catalog-builder.ts';
import { Customer } from './support/customer.ts';

const at = (minutes: number) => ({ at: START + minutes * MINUTE });
const customerAt = (minutes: number) => new Customer({}).wait(minutes * MINUTE);

describe('traits', () => {
  it('merge, and the later event time wins whatever the order of arrival', () => {
    const customer = customerAt(10);
    customer.identify({ city: 'BJ', name: 'Li' }, at(5));
    customer.identify({ city: 'SH', age: 30 }, at(3));
    expect(customer.view().traits).toEqual({ city: 'BJ', name: 'Li', age: 30 });
    customer.identify({ city: 'GZ' }, at(5));
    expect(customer.view().traits).toMatchObject({ city: 'GZ' });
  });

  it('stated in the future were stated now: they do not outlast later ones', () => {
    const customer = customerAt(0);
    customer.identify({ city: 'BJ' }, at(60));
    customer.wait(MINUTE).identify({ city: 'SH' });
    expect(customer.view().traits).toEqual({ city: 'SH' });
  });

  it('leave with null, and an older identify does not bring them back', () => {
    const customer = customerAt(10);
    customer.identify({ city: 'BJ' }, at(1));
    customer.identify({ city: null, name: null }, at(5));
    customer.identify({ city: 'SH', name: 'Li' }, at(3));
    expect(customer.view().traits).toEqual({});
    customer.identify({ city: 'SH' }, at(6));
    expect(customer.view().traits).toEqual({ city: 'SH' });
  });

  it('come from identify alone', () => {
    const customer = customerAt(0);
    customer.send({ type: 'group', name: '$group', traits: { city: 'BJ' } }, null, {});
    expect(customer.view().traits).toEqual({});
  });

  it('are bounded: tombstones leave first, then the least recently stated', () => {
    const customer = customerAt(0);
    customer.identify({ gone: null, first: 1 });
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`t${i}`, i]));
    customer.identify(many);
    expect(customer.state.traits.size).toBe(100);
    expect(customer.view().traits).toMatchObject({ first: 1, t98: 98 });
    customer.identify({ more: 1 });
    expect(customer.view().traits).not.toHaveProperty('first');
    expect(customer.view().traits).toHaveProperty('t0');
  });

  it('that are too long are not kept', () => {
    const customer = customerAt(0);
    customer.identify({ bio: 'x'.repeat(3_000), ['k'.repeat(200)]: 1, ok: 1 });
    expect(customer.view().traits).toEqual({ ok: 1 });
    expect(customer.program.counters.traitsDropped).toBe(2);
    for (let i = 0; i < 9; i++) customer.identify({ [`bio${i}`]: 'x'.repeat(1_500) });
    const chars = JSON.stringify(customer.view().traits).length;
    expect(chars).toBeLessThan(8_500);
    expect(customer.view().traits).toHaveProperty('bio8');
  });

  it('report a change only when a value changed', () => {
    const customer = customerAt(0);
    expect(customer.identify({ tags: ['a'] }).customerChanged).toBe(true);
    expect(customer.wait(1).identify({ tags: ['a'] }).customerChanged).toBe(false);
    expect(customer.wait(1).identify({ tags: ['b'] }).customerChanged).toBe(true);
    expect(customer.wait(1).identify({ tags: null }).customerChanged).toBe(true);
  });

  it('never reach a prototype', () => {
    const customer = customerAt(0);
    customer.identify(JSON.parse('{"__proto__":{"admin":true},"constructor":1}'));
    const { traits } = customer.view();
    expect((traits as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.keys(traits)).toEqual(['constructor']);
  });
});

describe('consent', () => {
  const prefer = (granted: unknown) => ({
    context: { consent: { categoryPreferences: { marketing: granted as boolean } } },
  });

  it('has the default of the catalog until the customer says something, on any call', () => {
    const customer = new Customer({ consent: { marketing: false, personalization: true } });
    expect(customer.view().consent).toEqual({ marketing: false, personalization: true });
    expect(customer.track('X', {}, prefer(true)).customerChanged).toBe(true);
    expect(customer.view().consent).toEqual({ marketing: true, personalization: true });
    expect(customer.track('X', {}, prefer(true)).customerChanged).toBe(false);
  });

  it('follows the later event time, and only booleans', () => {
    const customer = customerAt(10);
    customer.track('X', {}, { ...prefer(false), ...at(5) });
    customer.track('X', {}, { ...prefer(true), ...at(3) });
    expect(customer.view().consent).toEqual({ marketing: false });
    for (const odd of ['yes', 1, null, {}]) customer.track('X', {}, { ...prefer(odd), ...at(9) });
    expect(customer.view().consent).toEqual({ marketing: false });
  });

  it('is bounded', () => {
    const customer = customerAt(0);
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${i}`, true]));
    customer.track('X', {}, { context: { consent: { categoryPreferences: many } } });
    expect(customer.state.consent.size).toBe(32);
  });
});

describe('aliases', () => {
  const both = (anonymousId: string) => ({ event: { anonymousId } });

  it('are noted when both ids are given, each once', () => {
    const customer = customerAt(0);
    customer.track('X', {}, both('a1'));
    customer.track('X', {}, both('a1'));
    customer.track('X', {}, both('a2'));
    expect(customer.view().aliases).toEqual(['anonymous:a1', 'anonymous:a2']);
    customer.track('X', {}, { event: { userId: null, anonymousId: 'a3' } });
    expect(customer.view().aliases).toHaveLength(2);
  });

  it('are 16 at most, the oldest leaves', () => {
    const customer = customerAt(0);
    for (let i = 0; i < 20; i++) customer.track('X', {}, both(`a${i}`));
    expect(customer.view().aliases).toHaveLength(16);
    expect(customer.view().aliases[0]).toBe('anonymous:a4');
  });
});
