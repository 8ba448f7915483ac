// Catalogs drawn at random for the behaviour of random-submissions.ts: every kind of feature, some of
// the conditions, caps, budgets, cooldowns and texts that a marketer writes, in numbers that matter there.

import type { Random } from '../support/seeded.ts';

/** YAML of a catalog that is valid whatever is drawn. */
export function randomCatalog(random: Random, name: string): string {
  const span = () => random.pick(['5m', '1h', '6h', '1d', '3d', '30d']);
  const some = (share: number, text: string) => (random() < share ? text : '');
  const windowed = () => some(0.6, `, window: ${span()}`);
  const keep = () => some(0.5, `, keep: ${1 + random.below(6)}`);
  const number = () => random.pick(['0.1', '1', '3', '7.25', '1e-3', '1000000']);
  const limit = () => some(0.5, `, limit: ${1 + random.below(3)}`);
  const features = [
    `orders: { count: Bought${windowed()} }`,
    `views: { count: Viewed, by: properties.product${windowed()}${keep()} }`,
    `spent: { sum: properties.amount, of: Bought${windowed()} }`,
    `spent_by: { sum: properties.amount, of: "*", by: properties.shop${keep()} }`,
    `least: { min: properties.amount, of: "*"${windowed()} }`,
    `mean: { mean: properties.amount, of: "*"${windowed()} }`,
    `first_seen: { first: "*" }`,
    `last_seen: { last: Viewed, by: properties.product${keep()} }`,
    `note: { latest: properties.note, of: "*" }`,
    `shops: { distinct: properties.shop, of: "*"${windowed()} }`,
    `recently: { recent: properties.product, of: Viewed${keep()} }`,
    `loves: { affinity: properties.product, of: { Viewed: 1, Bought: ${1 + random.below(8)} }, half_life: ${span()}${keep()} }`,
    `gap: { interval: Bought }`,
    `days: { days: "*", window: ${random.pick(['7d', '30d'])} }`,
    `busier: { trend: Viewed, window: ${span()} }`,
    `ratio: { formula: "spent / (orders + ${number()})" }`,
  ];
  const conditions = [
    'orders >= 1',
    `spent > ${number()}`,
    "has(traits.name) && traits.name != ''",
    'top(loves) == top(views)',
    "'p1' in recently",
    'segment.buyer',
    "bucket('x', 10) < 6",
    'now - or(first_seen, now) > duration("1h")',
    'consent.marketing',
    'or(mean, 0.0) < ratio',
    "or(context.channel, '') == 'app'",
  ];
  const condition = () =>
    Array.from({ length: 1 + random.below(2) }, () => random.pick(conditions)).join(
      random.pick([' && ', ' || ']),
    );
  const rule = (kind: string) => some(0.4, `, ${kind}: ${JSON.stringify(condition())}`);
  const cap = () =>
    `{ max: ${1 + random.below(3)}${windowed()}${some(0.3, `, of: ${random.pick(['click', 'impression'])}`)} }`;
  const budget = () =>
    random.pick([
      `{ grants: ${random.below(20)} }`,
      `{ per_day: ${1 + random.below(5)} }`,
      `{ money: ${random.below(30)}, each: 1.25 }`,
      `{ grants: 12, per_day: 3, money: 20.05, each: "0.1 * or(spent, 1.0)" }`,
      `{ money: 500, each: spent }`,
    ]);
  const text = () =>
    JSON.stringify(
      random.pick([
        'plain',
        "Hi {{ or(traits.name, 'you') }}",
        '{{ views }}',
        '{{ ratio }} of {{ spent }}',
        '{{ event.properties.note }}',
        '{{ recently }}',
        '{{ now }}',
      ]),
    );
  const offers = Array.from({ length: 3 + random.below(4) }, (_, i) => {
    const places = ['web', 'app', 'mail'].filter(() => random() < 0.7);
    const treatments = (places.length === 0 ? ['web'] : places)
      .map((place) => `${place}: { text: ${text()} }`)
      .join(', ');
    return (
      `  offer_${i}: { treatments: { ${treatments} }` +
      some(0.7, `, value: ${random.pick([number(), JSON.stringify('1.0 + or(spent, 0.0)')])}`) +
      some(
        0.5,
        `, propensity: ${random.pick(['0.3', JSON.stringify("0.1 * or(loves['p1'], 1.0)")])}`,
      ) +
      rule('eligibility') +
      rule('applicability') +
      rule('suitability') +
      some(0.6, `, caps: [${cap()}${some(0.3, `, ${cap()}`)}]`) +
      some(0.4, `, budget: ${budget()}`) +
      some(0.3, `, expires: ${random.pick(['2h', 'end_of_day'])}`) +
      ' }'
    );
  });
  const triggers = Array.from({ length: 1 + random.below(3) }, (_, i) => {
    const on = random.pick(['Viewed', 'Bought', '"*"', '[Bought, $identify]']);
    return (
      `  trigger_${i}: { on: ${on}, decide: ${random.pick(['web', 'app', '[web, app]', '[mail, app]'])}` +
      some(0.6, `, when: ${JSON.stringify(condition())}`) +
      some(0.4, `, cooldown: ${span()}`) +
      some(0.3, ', per: properties.product') +
      ' }'
    );
  });
  return `catalog: ${name}
timezone: ${random.pick(['UTC', 'Asia/Shanghai', 'Europe/Berlin'])}
consent:
  marketing: { default: ${random.pick(['denied', 'granted'])} }
features:
${features.map((line) => `  ${line}`).join('\n')}
segments:
  buyer: orders >= ${1 + random.below(3)}
  stage:
    - young: orders < 2
    - old: orders >= 2
triggers:
${triggers.join('\n')}
offers:
${offers.join('\n')}
  welcome: { treatments: { web: { text: welcome } } }
placements:
  web: { channel: web${limit()}, fallback: welcome, holdout: ${random.below(40)}% }
  app: { channel: app${limit()}${some(0.3, `, when: ${JSON.stringify(condition())}`)} }
  mail: { channel: mail, consent: marketing }
contact_policy:
  - { max: ${1 + random.below(6)}, window: ${span()}, channels: [app] }
`;
}
