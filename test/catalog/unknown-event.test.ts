// The hint for an event that a catalog does not name.

import { expect, it } from 'vitest';
import { unknownEvent } from '../../src/catalog/unknown-event.ts';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { explanationText } from '../../src/gateway/explain-route.ts';
import { Customer } from '../engine/support/customer.ts';
import { valid } from './compile.ts';

const catalog = (on: string) =>
  valid(`catalog: t
events: { Menu Viewed: {}, Table Booked: {} }
features: { views: { count: ${on} } }
offers: { o: { eligibility: views > 1, treatments: { app: {} } } }
placements: { app: {} }`);
const hint = (name: string, on = 'Menu Viewed', type: 'track' | 'page' = 'track') =>
  unknownEvent(catalog(on), { type, name });

it('says what was most likely meant', () => {
  const message = 'no trigger or feature knows the event';
  expect(hint('Menu Veiwed')).toBe(`${message} "Menu Veiwed" (did you mean Menu Viewed?)`);
  expect(hint('Menu Veiwed', '"*"')).toBe(`${message} "Menu Veiwed" (did you mean Menu Viewed?)`);
  expect(hint('Something Else')).toBe(`${message} "Something Else"`);
  // Declared, and of no use.
  expect(hint('Table Booked')).toBe(`${message} "Table Booked"`);
});

it('says nothing of an event that is known, or of use without a name', () => {
  expect(hint('Menu Viewed')).toBe(null);
  expect(hint('Offer Clicked')).toBe(null);
  expect(hint('$page', 'Menu Viewed', 'page')).toBe(null);
  expect(hint('Something Else', '"*"')).toBe(null);
  const { features, triggers, events, ...rest } = catalog('Menu Viewed');
  const silent = { ...rest, features: [], triggers: [], events: new Map() };
  expect(unknownEvent(silent, { type: 'track', name: 'Menu Veiwed' })).toBe(null);
});

it('stands in the answer, and only where there is one', () => {
  const bound = bindProgram(catalog('Menu Viewed'), 1);
  const customer = new Customer(catalog('Menu Viewed'), 'li');
  const answer = (name: string) => {
    const { submission, inputs } = customer.asked(name);
    const explained = bound.explain(customer.state, submission, inputs);
    if (explained.kind !== 'explained') throw new Error(explained.message);
    return JSON.parse(explanationText(explained));
  };
  expect(answer('Menu Veiwed').hint).toContain('did you mean Menu Viewed?');
  expect(answer('Menu Viewed')).not.toHaveProperty('hint');
});
