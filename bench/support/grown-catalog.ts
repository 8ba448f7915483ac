// The retail example grown to 50 triggers and 200 offers, as a shop's catalog is after a year. The
// additions are spread over the shop's own events and placements: what concerns an event is
// evaluated, what does not is indexed away.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyRetail } from './retail.ts';

const TRIGGERS = 50;
const OFFERS = 200;
const RETAIL_TRIGGERS = 9;
const RETAIL_OFFERS = 10;

const EVENTS = [
  'Product Viewed',
  'Product Added',
  'Order Completed',
  'Shelf Approached',
  'Card Scanned',
  'Signed In',
  'Feature Used',
  'Help Searched',
  'Points Earned',
  'Wishlist Opened',
];
const PLACEMENTS = ['web_popup', 'app_home', 'pos_screen', 'shelf_label'];

/**
 * Writes it to a new temporary folder and returns its path; the caller removes it.
 * @param more YAML of further definitions
 */
export async function grownCatalog(more?: string): Promise<string> {
  const folder = await copyRetail(await mkdtemp(join(tmpdir(), 'proffer-bench-catalog-')));
  const triggers = Array.from({ length: TRIGGERS - RETAIL_TRIGGERS }, (_, i) => {
    const event = EVENTS[i % EVENTS.length];
    const placement = PLACEMENTS[i % PLACEMENTS.length];
    return (
      `  extra_${i}: { on: ${event}, when: "orders_90d >= ${2 + (i % 7)} && spend_90d >= ` +
      `${50 * i} && event.properties.category == 'c${i}'", decide: ${placement}, cooldown: 1d }`
    );
  });
  const offers = Array.from({ length: OFFERS - RETAIL_OFFERS }, (_, i) => {
    const placement = PLACEMENTS[i % PLACEMENTS.length];
    return (
      `  extra_${i}:\n    propensity: ${((i % 40) + 1) / 100}\n    value: ${1 + (i % 90)}\n` +
      `    eligibility: orders_90d >= ${i % 5}\n` +
      `    suitability: category_affinity['c${i % 30}'] > 0.5\n` +
      `    caps: [{ max: 2, window: 7d, of: impression }]\n` +
      `    treatments: { ${placement}: { title: "Offer ${i}" } }`
    );
  });
  await writeFile(
    join(folder, 'grown.yaml'),
    `triggers:\n${triggers.join('\n')}\noffers:\n${offers.join('\n')}\n`,
  );
  if (more !== undefined) await writeFile(join(folder, 'more.yaml'), more);
  return folder;
}
