// Ids that are whole numbers beyond 2^53: neighbours are told apart by everything that makes keys or
// keeps values, from YAML to answer.

import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { view } from '../../src/engine/view.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { HOUR } from './support/catalog-builder.ts';
import { Customer, only } from './support/customer.ts';

const CATALOG = `
catalog: ids
events:
  Typed: { properties: { n: number, s: string } }
features:
  views_of_product: { count: View, by: properties.id }
  in_window: { count: View, by: properties.id, window: 1h }
  spent_on: { sum: properties.amount, of: View, by: properties.id }
  least_of: { min: properties.amount, of: View, by: properties.id }
  last_of: { last: View, by: properties.id }
  newest_of: { latest: properties.id, of: View, by: properties.kind }
  newest: { latest: properties.id, of: View }
  newest_list: { latest: properties.ids, of: View }
  recently: { recent: properties.id, of: View, keep: 5 }
  different: { distinct: properties.id, of: View }
  liked: { affinity: properties.id, of: { View: 1 }, half_life: 7d }
  bought: { count: Buy, by: "properties.products[].id" }
  quantity: { sum: "properties.products[].quantity", of: Buy, by: "properties.products[].id" }
  total: { sum: properties.id, of: View }
  largest: { max: properties.id, of: View }
segments:
  owner: traits.loyalty == '1610521604143693812'
  rich: traits.loyalty > 1000 && traits.nested.id == '1610521604143693814'
triggers:
  keen:
    on: View
    when: views_of_product[event.properties.id] >= 3
    decide: popup
    per: properties.id
    cooldown: 1h
offers:
  seen:
    treatments:
      popup: { id: "{{ event.properties.id }}", key: "{{ firing.key }}", text: "no {{ event.properties.id }}",
        same: "{{ firing.key == event.properties.id }}", top: "{{ top(liked) }}" }
placements:
  popup: { channel: web }
`;

const compiled = compileCatalog([{ path: 'ids.yaml', text: CATALOG }]);
if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
const { catalog } = compiled;

const [A, B, C] = [1610521604143693812n, 1610521604143693813n, 1610521604143693814n];
const MINUS = -9007199254740993n;

describe('ids beyond 2^53', () => {
  it('fire for three views of one, and not for one of each of three', () => {
    const customer = new Customer(catalog);
    for (const id of [A, B, C, A, B]) {
      expect(customer.track('View', { id }).firings).toEqual([]);
    }
    const done = customer.track('View', { id: A });
    expect(done.firings.map(({ key }) => key)).toEqual([String(A)]);
    const [offer] = only(done).offers;
    expect(JSON.parse(JSON.stringify(offer!.treatment))).toEqual({
      id: String(A),
      key: String(A),
      text: `no ${A}`,
      same: true,
      top: String(A),
    });
    // Its cooldown is its own; as text it is the same id.
    expect(customer.track('View', { id: String(A) }).firings).toEqual([]);
    expect(customer.track('View', { id: B }).firings).toHaveLength(1);
    expect(customer.wait(HOUR).track('View', { id: String(A) }).firings).toHaveLength(1);
  });

  it('are keys and values of their digits in features of every kind', () => {
    const customer = new Customer(catalog);
    for (const [i, id] of [A, B, C, MINUS, A].entries()) {
      customer.wait(1_000).track('View', { id, amount: i + 1, kind: i % 2, ids: [id, 'x', 7] });
    }
    customer.track('Buy', {
      products: [
        { id: A, quantity: 2 },
        { id: B, quantity: 3 },
        { id: A, quantity: 1 },
      ],
    });
    const { features } = customer.view();
    const counts = { [`${A}`]: 2, [`${B}`]: 1, [`${C}`]: 1, [`${MINUS}`]: 1 };
    expect(features).toMatchObject({
      views_of_product: counts,
      in_window: counts,
      spent_on: { [`${A}`]: 6, [`${B}`]: 2, [`${C}`]: 3, [`${MINUS}`]: 4 },
      least_of: { [`${A}`]: 1, [`${B}`]: 2, [`${C}`]: 3, [`${MINUS}`]: 4 },
      newest_of: { 0: String(A), 1: String(MINUS) },
      newest: String(A),
      newest_list: [String(A), 'x', 7],
      recently: [A, MINUS, C, B].map(String),
      different: 4,
      bought: { [`${A}`]: 2, [`${B}`]: 1 },
      quantity: { [`${A}`]: 3, [`${B}`]: 3 },
      largest: Number(A),
    });
    expect(Object.keys(features.last_of as object)).toHaveLength(4);
    expect(Object.keys(features.liked as object)).toHaveLength(4);
    expect(features.total).toBeCloseTo(Number(A + A + B + C + MINUS), -4);
  });

  it('are kept by traits, through a stored state', () => {
    const customer = new Customer(catalog);
    const traits = { loyalty: A, nested: { id: C, list: [B, MINUS, 5, 'x'] }, gone: null };
    expect(customer.identify(traits).customerChanged).toBe(true);
    const codec = new StateCodec();
    const stored = codec.decode(customer.id, codec.encode(customer.state));
    expect(stored.traits.get('loyalty')!.value).toBe(A);
    expect(stored.traits).toEqual(customer.state.traits);
    const seen = view(customer.program, stored, customer.nowMs);
    expect(JSON.parse(JSON.stringify(seen.traits))).toEqual({
      loyalty: String(A),
      nested: { id: String(C), list: [String(B), String(MINUS), 5, 'x'] },
    });
    expect(seen.segments).toEqual({ owner: true, rich: true });
    // The same again changes nothing; a neighbour does.
    expect(customer.wait(1).identify(traits).customerChanged).toBe(false);
    const neighbour = { ...traits, nested: { ...traits.nested, id: B } };
    expect(customer.wait(1).identify(neighbour).customerChanged).toBe(true);
    expect(customer.wait(1).identify({ loyalty: B }).customerChanged).toBe(true);
    expect(customer.view().segments).toEqual({ owner: false, rich: false });
  });

  it('pass as declared numbers, and not as declared texts', () => {
    const check = (properties: { [key: string]: JsonValue }) =>
      catalog.events.get('Typed')!({
        ...{ type: 'track', name: 'Typed', messageId: 'm', customerId: 'u', userId: 'u' },
        ...{ anonymousId: null, timestampMs: 0, receivedAtMs: 0, properties, traits: {} },
        ...{ context: {}, label: 'Typed' },
      });
    expect(check({ n: A, s: String(A) })).toBeNull();
    expect(check({ n: MINUS })).toBeNull();
    expect(check({ n: String(A) })?.path).toBe('properties.n');
    expect(check({ s: A })).toEqual({
      path: 'properties.s',
      message: 'properties.s must be a string',
    });
  });

  it('of more digits than a text may have characters are as too long', () => {
    const customer = new Customer(catalog);
    const id = BigInt('1'.repeat(1_100));
    customer.track('View', { id, ids: [id] });
    expect(customer.view().features).toMatchObject({ newest: null, recently: null, different: 0 });
  });
});
