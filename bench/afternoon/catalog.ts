// Triggers and offers, as many and of the same kinds as the grown retail catalog has. Rules are
// built once: an engine per event name, and one per placement.

import { Engine, type NestedCondition } from 'json-rules-engine';

const TRIGGERS = 50;
const OFFERS = 200;
const EVENTS = [
  ...['Product Viewed', 'Product Added', 'Order Completed', 'Shelf Approached', 'Card Scanned'],
  ...['Signed In', 'Feature Used', 'Help Searched', 'Points Earned', 'Wishlist Opened'],
];
const PLACEMENTS = ['web_popup', 'app_home', 'pos_screen', 'shelf_label'];

export type Facts = Record<string, unknown>;
export type Trigger = { name: string; decide: string; offer?: string; cooldownMs: number };
/** `capMax`: how often one customer may be shown it in 7 days. */
export type Offer = { id: string; score: number; capMax: number };

const equal = (fact: string, value: unknown) => ({ fact, operator: 'equal', value });
const atLeast = (fact: string, value: number) => ({
  ...{ fact, operator: 'greaterThanInclusive', value },
});

const triggers = new Map<string, Engine>();
const offers = new Map<string, Engine>();

function add(engines: Map<string, Engine>, on: string, all: NestedCondition[], params: object) {
  const engine = engines.get(on) ?? new Engine([], { allowUndefinedFacts: true });
  engines.set(on, engine.addRule({ conditions: { all }, event: { type: 'true', params } }));
}

function trigger(on: string, all: NestedCondition[], rest: Omit<Trigger, 'cooldownMs'>) {
  add(triggers, on, all, { ...rest, cooldownMs: rest.name === 'flash' ? 0 : 86_400_000 });
}

const vip = [atLeast('spend90d', 5_000), atLeast('orders90d', 6)];
const phone = [equal('category', 'phone'), atLeast('viewsOfProduct', 3)];
const phoneOffer = { name: 'phone_interest', decide: 'web_popup', offer: 'phone_accessories' };
trigger('Product Viewed', phone, phoneOffer);
trigger('Card Scanned', vip, { name: 'vip_at_till', decide: 'pos_screen' });
trigger('Order Completed', vip, { name: 'became_vip', decide: 'app_home', offer: 'vip_lounge' });
trigger('Flash Seen', [], { name: 'flash', decide: 'pos_screen', offer: 'flash' });
for (let i = 0; i < TRIGGERS - 4; i++) {
  const all = [atLeast('orders90d', 2 + (i % 7)), atLeast('spend90d', 50 * i)];
  const rest = { name: `extra_${i}`, decide: PLACEMENTS[i % 4]! };
  trigger(EVENTS[i % EVENTS.length]!, [...all, equal('category', `c${i}`)], rest);
}

const likesPhone = [atLeast('likes_phone', 0.5)];
add(offers, 'web_popup', likesPhone, { id: 'phone_accessories', score: 2.4, capMax: 2 });
add(offers, 'app_home', vip, { id: 'vip_lounge', score: 60, capMax: 2 });
add(offers, 'pos_screen', [], { id: 'flash', score: 5, capMax: 3 });
for (let i = 0; i < OFFERS - 3; i++) {
  const all = [atLeast('orders90d', i % 5), atLeast(`likes_c${i % 30}`, 0.5)];
  const score = (((i % 40) + 1) / 100) * (1 + (i % 90));
  add(offers, PLACEMENTS[i % 4]!, all, { id: `extra_${i}`, score, capMax: 2 });
}

export async function firedTriggers(event: string, facts: Facts): Promise<Trigger[]> {
  const { events = [] } = (await triggers.get(event)?.run(facts)) ?? {};
  return events.map(({ params }) => params as Trigger);
}

export async function eligibleOffers(placement: string, facts: Facts): Promise<Offer[]> {
  const { events = [] } = (await offers.get(placement)?.run(facts)) ?? {};
  return events.map(({ params }) => params as Offer).sort((a, b) => b.score - a.score);
}
