// A catalog of the size that a chain of shops has after years, over many files: what publishing and
// deciding cost at scale is measured with it. Seeded by its numbers alone, the same for every run.

import type { SourceFile } from '../../src/catalog/file-text.ts';

/** How much of everything. */
export interface CatalogSize {
  readonly triggers: number;
  readonly offers: number;
  readonly features: number;
  readonly files: number;
}

/** What issue and tutorial call large. */
export const LARGE: CatalogSize = { triggers: 1_000, offers: 2_000, features: 300, files: 20 };

const PLACEMENTS = 40;
const EVENTS = 120;
const SEGMENTS = 60;

/** The files, as they would be read from a folder. */
export function largeCatalog(size: CatalogSize): readonly SourceFile[] {
  const files: SourceFile[] = [{ path: 'catalog.yaml', text: frame(size) }];
  const others = Math.max(1, size.files - 1);
  for (let file = 0; file < others; file++) {
    const own = (count: number, one: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => i)
        .filter((i) => i % others === file)
        .map(one)
        .join('\n');
    const text =
      `features:\n${own(size.features, feature)}\n` +
      `triggers:\n${own(size.triggers, trigger)}\n` +
      `offers:\n${own(size.offers, (i) => offer(i, size))}\n`;
    files.push({ path: `part-${String(file).padStart(4, '0')}.yaml`, text });
  }
  return files;
}

function frame(size: CatalogSize): string {
  const times = (count: number, one: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => one(i)).join('\n');
  return `catalog: large
timezone: Asia/Shanghai
consent:
  marketing: { default: denied }
  personalization: { default: granted }
events:
${times(EVENTS, (i) => `  Shop Event ${i}:\n    properties: { product_id: string!, category: string, price: number, amount: number, is_new: boolean }`)}
segments:
${times(SEGMENTS, (i) => `  segment_${i}: ${featureRead(i, size)} >= ${i % 9} && or(traits.country, 'CN') == 'CN'`)}
placements:
${times(PLACEMENTS, (i) => `  placement_${i}: { channel: web, limit: ${1 + (i % 3)}, consent: personalization }`)}
contact_policy:
  - { max: 20, window: 1d, channels: [web] }
`;
}

/** Of eight kinds; every eighth has keys and must not be read as one value. */
function feature(i: number): string {
  const event = `Shop Event ${i % EVENTS}`;
  const windowed = `window: ${1 + (i % 90)}d`;
  switch (i % 8) {
    case 0:
      return `  feature_${i}: { count: ${event}, ${windowed} }`;
    case 1:
      return `  feature_${i}: { sum: properties.amount, of: ${event}, ${windowed} }`;
    case 2:
      return `  feature_${i}: { count: ${event}, by: properties.category, ${windowed} }`;
    case 3:
      return `  feature_${i}: { max: properties.price, of: ${event} }`;
    case 4:
      return `  feature_${i}: { days: ${event}, window: 28d }`;
    case 5:
      return `  feature_${i}: { count: ${event}, where: "event.properties.is_new && event.properties.price > ${i}", ${windowed} }`;
    case 6:
      return `  feature_${i}: { trend: ${event}, window: 14d }`;
    default:
      return `  feature_${i}: { formula: "or(feature_${i - 7}, 0) + or(feature_${i - 6}, 0) * ${i % 5}" }`;
  }
}

/** A feature that has one value. */
function featureRead(i: number, { features }: CatalogSize): string {
  const index = i % features;
  return `feature_${index % 8 === 2 ? index - 1 : index}`;
}

function trigger(i: number): string {
  const placement = `placement_${i % PLACEMENTS}`;
  const offers = i % 4 === 0 ? `\n    offers: ["#campaign_${i % 50}"]` : '';
  return `  trigger_${i}:
    on: Shop Event ${i % EVENTS}
    when: feature_0 >= ${2 + (i % 7)} && event.properties.category == 'c${i % 30}' && event.properties.price > ${i % 400}
    decide: ${placement}${offers}
    cooldown: ${1 + (i % 14)}d
    per: properties.category`;
}

function offer(i: number, size: CatalogSize): string {
  const placement = `placement_${i % PLACEMENTS}`;
  const other = `placement_${(i * 7 + 1) % PLACEMENTS}`;
  const second =
    i % 3 === 0 && other !== placement
      ? `\n      ${other}: { title: "Offer ${i}", points: "{{ or(feature_0, 0) }}" }`
      : '';
  return `  offer_${i}:
    tags: [campaign_${i % 50}, kind_${i % 7}]
    propensity: ${((i % 40) + 1) / 100}
    value: ${1 + (i % 90)}
    context: "or(context.channel, '') == 'app' ? 1.2 : 1.0"
    starts: 2024-01-01
    ends: 2099-01-01
    eligibility: or(traits.country, 'CN') == 'CN' && ${featureRead(i, size)} >= ${i % 5}
    applicability: "!segment.segment_${i % SEGMENTS} && event.properties.category == 'c${i % 30}'"
    suitability: ${featureRead(i * 3 + 1, size)} > ${i % 50} || segment.segment_${(i + 7) % SEGMENTS}
    caps:
      - { max: 2, window: 7d, of: impression }
      - { max: 1, window: 1d }
    expires: 15m
    treatments:
      ${placement}: { title: "Made for you, {{ or(traits.name, 'dear member') }}", line: "Offer ${i} of the season", image: "https://cdn.shop.example/offers/${i}.webp", discount_percent: ${i % 60} }${second}`;
}
