// Lists in random behaviour: placements of a random catalog that recommend, made of a crowd that replay never
// sees.

import type { ListSource } from '../../src/model/list-source.ts';
import { crowdOf, item } from '../engine/recommend/shop-crowd.ts';

const RECOMMENDERS = `
items: { id: [properties.product], interactions: { Viewed: 1, Bought: 3 } }
recommenders:
  extras: { model: accessories, seed: event.properties.product, where: "item.price > 1 || orders > 1", fallback: recently_viewed }
`;

/** The catalog with lists at two of its placements, told of in a treatment. */
export function withLists(text: string): string {
  const listed = text
    .replace('web: { channel: web', 'web: { channel: web, recommend: extras')
    // Somebody is held out, whatever was drawn.
    .replace(/holdout: \d+%/, 'holdout: 50%')
    .replace('app: { channel: app', 'app: { channel: app, recommend: extras')
    .replace('{ web: { text: welcome } }', '{ web: { text: "Like {{ items[0].id }}" } }');
  return `${listed}\n${RECOMMENDERS}`;
}

const PRODUCTS = ['p1', 'p2', 'p3', 'p4'];

/** Each product is an accessory of all others. */
export const LISTS: ListSource = {
  kind: 'crowd',
  crowd: crowdOf(
    PRODUCTS.map((id, i) =>
      item(id, {
        ...{ accessories: PRODUCTS.filter((other) => other !== id), price: i },
        properties: { 'long number': 2 ** 53 + 2, text: '\u2028"\\' },
      }),
    ),
  ),
};

/** Whether the lists of history are those of its decisions, and how many are. */
export const LIST_ROWS = `
  SELECT r.item_ids = d.item_ids AS same, count() AS n FROM recommendations AS r
  JOIN decisions AS d ON r.recommendation_id = d.decision_id
  WHERE r.placement = d.placement AND r.customer_id = d.customer_id GROUP BY same`;
