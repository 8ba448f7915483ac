// Warnings of whole catalogs: the shipped ones have none, a large one is read in seconds.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/load-catalog.ts';
import { warningsOf } from '../compile.ts';
import { example } from '../language-example.ts';

describe('warnings of catalogs as a whole', () => {
  it.each(['examples/retail', 'examples/cdnow'])('%s has none', (path) => {
    const loaded = loadCatalog(fileURLToPath(new URL(`../../../${path}`, import.meta.url)));
    expect(loaded.ok && loaded.warnings).toEqual([]);
  });

  it('the example of the language has what only shows the language', () => {
    const shown = warningsOf(example);
    expect(shown.map((line) => line.replace(/^a.yaml:\S+ |:.*$/g, ''))).toEqual([
      ...['features.largest_order', 'features.last_seen', 'features.last_store'],
      ...['features.last_store.latest', 'features.stores_90d', 'features.stores_90d.distinct'],
      ...['features.recent_products', 'features.category_affinity.of.Product Added'],
      ...['features.active_days_28d', 'features.logins_trend', 'features.logins_trend.trend'],
      ...['features.weekend_orders', 'features.points'],
      ...['features.lead_score', 'features.points_earned.of', 'features.points_spent.of'],
      ...['segments.core', 'triggers.usual_yoghurt.on', 'triggers.usual_yoghurt.decide'],
      ...['triggers.cart_abandoned.on', 'triggers.cart_abandoned.decide.one_of[1]'],
      ...['triggers.escalate.on', 'triggers.escalate.unless', 'triggers.escalate.decide'],
      'triggers.win_back.decide.one_of[1]',
    ]);
  });

  it('are counted up to a thousand, and found in seconds in a large catalog', () => {
    const times = (count: number, line: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => line(i)).join('\n');
    const text = `catalog: t
events:
${times(1_000, (i) => `  Event Number ${i}: { properties: { a${i}: string, b: number } }`)}
features:
${times(300, (i) => `  f${i}: { sum: properties.c${i}, of: [Evnt Nmber ${i}, Event Number ${i}] }`)}
placements: { web: {} }
offers:
${times(2_000, (i) => `  o${i}: { eligibility: event.properties.z${i} == 1, treatments: { web: { a: "{{ event.properties.y }}" } } }`)}
triggers:
${times(1_000, (i) => `  t${i}: { on: Event Number ${i}, when: event.properties.x${i} > 1, decide: web }`)}
`;
    const before = process.cpuUsage();
    expect(warningsOf(text)).toHaveLength(1_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(15);
  }, 60_000);
});
