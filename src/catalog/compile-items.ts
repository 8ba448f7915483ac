// `items:`, laid over what holds without it: each key changes one thing.

import { CART_ADDED, type InteractionRules, PURCHASE } from '../model/crowd/interactions.ts';
import { durationMs } from '../model/duration.ts';
import type { Path } from '../model/path.ts';
import { soundPart } from './check-shape.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import { parsePaths } from './parse-path.ts';
import { itemsShape } from './shapes/recommender-shapes.ts';
import { listNames, suggest } from './suggest.ts';

/** Interactions of one catalog: each event is looked up among them. */
const INTERACTIONS_MAX = 100;

export const DEFAULT_ITEMS: InteractionRules = {
  id: [
    pathOf('properties.product_id', [['product_id', false]]),
    pathOf('properties.products[].product_id', [
      ['products', true],
      ['product_id', false],
    ]),
  ],
  sessionMs: 30 * 60_000,
  weights: new Map([
    ['Product Viewed', 1],
    [CART_ADDED, 3],
    [PURCHASE, 5],
  ]),
  groups: [],
};

function pathOf(text: string, steps: readonly (readonly [string, boolean])[]): Path {
  return { root: 'properties', steps: steps.map(([key, each]) => ({ key, each })), text };
}

/** @param entries the keys of the section */
export function compileItems(
  entries: ReadonlyMap<string, Located>,
  faults: FaultList,
): InteractionRules {
  let rules = DEFAULT_ITEMS;
  const known = Object.keys(itemsShape.shape) as (keyof typeof itemsShape.shape)[];
  for (const [name, node] of entries) {
    const key = known.find((one) => one === name);
    if (key === undefined) {
      faults.at(node, `unknown key "${name}", expected ${listNames(known)}`, {
        found: name,
        expected: listNames(known),
        offset: node.keyOffset,
        suggestion: suggest(name, known),
      });
      continue;
    }
    const sound = soundPart(itemsShape.shape[key], node, faults);
    if (sound === null) continue;
    if (sound.data === undefined || node.value === null) {
      faults.at(node, `"${name}" is empty`, { found: quote(node.value) });
    } else if (key === 'session') rules = { ...rules, sessionMs: durationMs(String(sound.data))! };
    else if (key === 'id') rules = { ...rules, id: parsePaths(node, faults) ?? rules.id };
    else
      rules = { ...rules, weights: weightsOf(sound.data as Record<string, number>, node, faults) };
  }
  return rules;
}

function weightsOf(
  weights: Readonly<Record<string, number>>,
  node: Located,
  faults: FaultList,
): ReadonlyMap<string, number> {
  const entries = Object.entries(weights);
  if (entries.length === 0) faults.at(node, 'no event tells of items: name one at least');
  if (entries.length > INTERACTIONS_MAX) faults.at(node, `more than ${INTERACTIONS_MAX} events`);
  return new Map(entries);
}
