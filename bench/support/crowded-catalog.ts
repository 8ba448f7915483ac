// The retail example with more of one thing: offers at one placement that hardly anybody may have, or
// triggers that wait for other events.

import type { SourceFile } from '../../src/catalog/file-text.ts';
import { retailFiles } from './retail.ts';

/** Offers at the crowded placement that everybody may have: what is ranked stays the same. */
const OPEN = 10;

/**
 * Retail, and a placement with so many offers: ten that survive, the others end at their first test.
 * @param event what asks for it each time
 */
export function crowdedCatalog(offers: number, event: string): readonly SourceFile[] {
  const made = Array.from({ length: offers }, (_, i) => {
    const open = i < OPEN;
    return (
      `  crowd_${i}:\n    value: ${1 + ((i * 7) % 90)}\n` +
      `    eligibility: ${open ? `orders >= 0` : HARDLY_ANYBODY[i % HARDLY_ANYBODY.length]!(i)}\n` +
      '    suitability: orders_90d >= 0\n' +
      `    treatments: { crowded: { title: "Offer ${i}" } }`
    );
  });
  const text =
    'placements:\n  crowded: { channel: web }\n' +
    `triggers:\n  crowd: { on: ${event}, decide: crowded }\n` +
    `offers:\n${made.join('\n')}\n`;
  return [...retailFiles(), { path: 'crowded.yaml', text }];
}

/** First tests as they are written, that fail. */
const HARDLY_ANYBODY: readonly ((i: number) => string)[] = [
  (i) => `orders_90d >= ${100 + i}`,
  (i) => `or(traits.tier, '') == 'tier_${i}'`,
  () => 'segment.vip',
  (i) => `event.properties.category == 'campaign_${i}' && orders >= 1`,
];

/** Retail, and so many triggers none of which names an event that comes. */
export function unrelatedCatalog(triggers: number): readonly SourceFile[] {
  if (triggers === 0) return retailFiles();
  const made = Array.from(
    { length: triggers },
    (_, i) =>
      `  elsewhere_${i}: { on: Elsewhere ${i}, when: "orders_90d >= ${i % 7} && ` +
      `event.properties.category == 'c${i}'", decide: app_home, cooldown: 1d }`,
  );
  return [...retailFiles(), { path: 'unrelated.yaml', text: `triggers:\n${made.join('\n')}\n` }];
}
