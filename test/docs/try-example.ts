// Runs an example of the reference through the compiler and the engine, as the product does.

import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { formatFaults } from '../../src/catalog/fault.ts';
import type { Sent, TriedExample } from '../../src/catalog/tried-example.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Decision } from '../../src/model/decision.ts';
import { durationMs } from '../../src/model/duration.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { Customer, type Done } from '../engine/support/customer.ts';

export interface Tried {
  /** Expression → value just after the last event; null is unknown. */
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Placement → what the last event decided there: offers with their treatments. */
  readonly decided: Readonly<Record<string, readonly Readonly<Record<string, JsonValue>>[]>>;
  /** Why the last event is refused; null when it is not. */
  readonly refused: string | null;
}

/** Where the values are read: an offer with a template for each. */
const ASKED = 'asked_by_the_test';

/** @throws Error with the faults of the example's catalog */
export function tryExample(example: TriedExample, expressions: readonly string[]): Tried {
  const customer = new Customer(compiled(example, expressions), 'li');
  let last: Done | null = null;
  for (const sent of example.sends.slice(0, -1)) last = send(customer, sent);
  const final = example.sends.at(-1);
  const refused = final === undefined ? null : refusal(customer.program.catalog, final);
  if (final !== undefined && refused === null) last = send(customer, final);
  const { asked } = example;
  if (asked !== undefined) {
    customer.wait(durationMs(asked.after)!).passTime();
    last = customer.decide([asked.placement]);
  }
  const decisions = last?.decisions ?? [];
  return {
    values: Object.fromEntries(valuesOf(customer, last, expressions)),
    decided: Object.fromEntries(
      decisions
        .filter((each) => each.placement !== ASKED)
        .map((each) => [each.placement, told(each)]),
    ),
    refused,
  };
}

function compiled({ catalog }: TriedExample, expressions: readonly string[]): Catalog {
  const treatment = Object.fromEntries(expressions.map((text, i) => [`v${i}`, `{{ ${text} }}`]));
  const asking = JSON.stringify({
    catalog: 'reference',
    timezone: 'Asia/Shanghai',
    triggers: { [ASKED]: { on: '*', decide: ASKED } },
    placements: { [ASKED]: {} },
    offers: { [ASKED]: { treatments: { [ASKED]: treatment } } },
  });
  const result = compileCatalog([
    { path: 'example.yaml', text: catalog },
    { path: 'test.yaml', text: asking },
  ]);
  if (!result.ok) throw new Error(formatFaults(result.faults));
  return result.catalog;
}

function send(customer: Customer, { event, properties = {}, after, context }: Sent): Done {
  if (after !== undefined) customer.wait(durationMs(after)!);
  const options = context === undefined ? {} : { context };
  if (event === '$identify') return customer.identify(properties, options);
  return customer.track(event, properties, options);
}

function refusal(catalog: Catalog, { event, properties = {} }: Sent): string | null {
  const check = catalog.events.get(event);
  if (check === undefined) return null;
  return check({ properties } as Parameters<typeof check>[0])?.message ?? null;
}

function valuesOf(customer: Customer, last: Done | null, expressions: readonly string[]) {
  if (expressions.length === 0) return [];
  const asked = last?.decisions.find((each) => each.placement === ASKED);
  const decision = asked ?? customer.decide([ASKED]).decisions[0]!;
  const rendered = decision.offers[0]!.treatment as Record<string, JsonValue>;
  return expressions.map((text, i) => {
    const value = rendered[`v${i}`]!;
    return [text, value === '' ? null : value] as const;
  });
}

function told(decision: Decision) {
  return decision.offers.map(({ offerId, treatment }) => ({ [offerId]: treatment }));
}
