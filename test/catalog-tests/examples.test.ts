// The shipped catalogs keep what the README promises of them: their tests pass, and each fails when the
// rule that it is about is broken.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { loadCatalog } from '../../src/catalog/load-catalog.ts';
import { runCatalogTests } from '../../src/compose/run-catalog-tests.ts';
import { Customer } from '../engine/support/customer.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Folders of examples with a file that says which catalog it is. */
const catalogs = readdirSync(EXAMPLES).filter((name) =>
  readdirSync(`${EXAMPLES}${name}`).some(
    (file) =>
      file.endsWith('.yaml') &&
      /^catalog:/m.test(readFileSync(`${EXAMPLES}${name}/${file}`, 'utf8')),
  ),
);

const FILES: ReadonlyMap<string, readonly SourceFile[]> = new Map(
  catalogs.map((name) => {
    const loaded = loadCatalog(`${EXAMPLES}${name}`);
    return [name, loaded.ok ? loaded.files : []];
  }),
);

it('there are examples', () => {
  expect(catalogs).toContain('retail');
});

it.each(catalogs)('examples/%s passes its tests', (name) => {
  const { passed, failures } = runCatalogTests(FILES.get(name)!);
  expect(failures).toEqual([]);
  expect(passed).toBeGreaterThan(0);
});

it('retail shows whole sentences also where no event is at hand', () => {
  const loaded = loadCatalog(`${EXAMPLES}retail`);
  if (!loaded.ok) throw new Error('examples/retail is not valid');
  const li = new Customer(loaded.catalog, 'li');
  const phone = { product_id: 'p9', category: 'phone', name: 'P9' };
  li.track('Product Viewed', phone);
  const [asked] = li.decide(['web_popup']).decisions;
  expect(asked?.offers.map(({ treatment }) => treatment.title)).toEqual(['Made for your phone']);
});

/** The tests of one file that fail when a text of the catalog is another. */
function broken(name: string, from: string, to: string, tests = 'tests.yaml'): readonly string[] {
  const given = FILES.get(name)!.filter(
    ({ path }) => path === tests || !path.endsWith('tests.yaml'),
  );
  const files = given.map(({ path, text }) => ({
    path,
    text: path === tests ? text : text.replace(from, to),
  }));
  expect(files).not.toEqual(given);
  return [...new Set(runCatalogTests(files).failures.map(({ test }) => test))];
}

const LI = 'three looks at a phone get accessories, once a day';
const SPREAD = 'looks at different phones, or spread over the day, are no interest';
const COUNTRY = 'accessories are for this country';
const SEEN = 'accessories that were seen twice are not shown a third time in a week';
const CONSENT = 'who takes back their consent is shown nothing on the web';
const WANG = 'two for one at the shelf of what somebody usually buys';
const TEA = 'two for one is for yoghurt, whatever else somebody buys';
const SHELVES = 'a shelf that has no offer leaves another its own';
const REDEEMED = 'two for one that was redeemed is not given again that day';
const ZHAO = 'a VIP is greeted at the till';
const SUN = 'back after more than two months, once a month';
const QIAN = 'both less log-ins and less use get a training';
const STEADY = 'less log-ins alone are no loss of interest';
const ZHOU = 'much basic use and advanced questions outgrow the basic tier';
const BASIC = 'basic questions are no reason to upgrade';
const WU = 'something new of what somebody buys is to be tried, once a week';
const ZHENG = 'every new tier has its gift';

const CART = 'an hour after the cart nothing is bought, and they are reminded once';
const BOUGHT = 'who buys within the hour is not reminded';
const COMPLAINT = 'a VIP whose complaint stays open is called back, for that ticket alone';
const NO_VIP = 'who is no VIP is not called back';
const AWAY = 'thirty days without an order, and nothing else happens';
const BIRTHDAY = 'on their birthday, every year, and on no other day';
const FESTIVAL = 'a loyal customer gets a red packet at the Spring Festival, at ten';
const SHAMPOO = 'three days before the shampoo runs out';

describe('the tests of examples/retail see', () => {
  it.each([
    ['how many looks it takes', 'product_id] >= 3', 'product_id] >= 2', LI],
    [
      'that it takes looks of one product',
      'by: properties.product_id, window',
      'by: properties.category, window',
      LI,
    ],
    ['how soon the looks must come', 'window: 30m', 'window: 40m', SPREAD],
    ['that a phone is looked at', "category == 'phone' &&", "category == 'tv' &&", LI],
    ['how often it fires', 'cooldown: 1d', 'cooldown: 1m', LI],
    ['where it is sold', "'CN') == 'CN'", "'CN') != ''", COUNTRY],
    ['how often it may be seen', '{ max: 2, window: 7d', '{ max: 3, window: 7d', SEEN],
    [
      'what needs consent',
      'fallback: welcome, consent: personalization',
      'fallback: welcome',
      CONSENT,
    ],
    [
      'how often somebody must have bought',
      '[event.properties.category] >= 3',
      '[event.properties.category] >= 2',
      WANG,
    ],
    ['whose cooldown it is', 'per: properties.category\n\n  # The card', '\n  # The card', SHELVES],
    [
      'at which shelf it applies',
      "applicability: event.properties.category == 'yoghurt'",
      'applicability: true',
      TEA,
    ],
    [
      'how often it may be redeemed',
      '{ max: 1, window: 1d, of: redeem }',
      '{ max: 2, window: 1d, of: redeem }',
      REDEEMED,
    ],
    ['how much a VIP spends', 'spend_90d >= 5000', 'spend_90d >= 5500', ZHAO],
    ['how many orders a VIP has', 'orders_90d >= 6', 'orders_90d >= 7', ZHAO],
    ['that one becomes a VIP once', ' && !before.segment.vip', '', ZHAO],
    [
      'how long somebody was away',
      "duration('60d')\n    decide: app_home",
      "duration('59d')\n    decide: app_home",
      SUN,
    ],
    [
      'that they are welcomed once a month',
      'offers: [welcome_back]\n    cooldown: 30d',
      'offers: [welcome_back]',
      SUN,
    ],
    [
      'how much less use is a loss',
      'logins_trend <= 0.5 && usage_trend <= 0.5\n    decide',
      'logins_trend < 0.5 && usage_trend <= 0.5\n    decide',
      QIAN,
    ],
    [
      'that both must be less',
      'logins_trend <= 0.5 && usage_trend <= 0.5\n    decide',
      'logins_trend <= 0.5\n    decide',
      STEADY,
    ],
    [
      'how much use is much',
      'basic_uses_30d >= 10 && advanced_questions_30d >= 2\n    decide',
      'basic_uses_30d >= 9 && advanced_questions_30d >= 2\n    decide',
      ZHOU,
    ],
    [
      'what is asked',
      "event.properties.about == 'advanced'",
      "event.properties.about != ''",
      BASIC,
    ],
    [
      'what was bought before',
      '[event.properties.category] >= 1',
      '[event.properties.category] >= 0',
      WU,
    ],
    ['what is new', 'when: event.properties.is_new &&', 'when:', WU],
    ['how often something is to be tried', 'cooldown: 7d', 'cooldown: 6d', WU],
    ['where tiers begin', 'points_earned >= 1000', 'points_earned >= 999', ZHENG],
    ['that a tier is reached once', 'segment.tier != before.segment.tier &&', '', ZHENG],
    ['that the first tier is none', " && segment.tier != 'basic'", '', null],
  ])('%s', (_, from, to, test) => {
    const failed = broken('retail', from, to);
    if (test === null) expect(failed.length).toBeGreaterThan(0);
    else expect(failed).toContain(test);
  });
});

describe('the tests of the moments of examples/retail see', () => {
  it.each([
    ['how long the cart waits', 'after: 1h', 'after: 61m', CART],
    ['what stops it', 'unless: Order Completed', 'unless: Signed In', BOUGHT],
    [
      'how often it comes',
      'offers: [cart_reminder]\n    cooldown: 1d',
      'offers: [cart_reminder]',
      CART,
    ],
    ['which ticket is resolved', 'per: properties.ticket_id', 'per: properties.kind', COMPLAINT],
    ['who is called back', '2h\n    when: segment.vip', '2h', NO_VIP],
    [
      'how long somebody was away',
      "lapsed: since(last_order) >= duration('30d')",
      "lapsed: since(last_order) >= duration('29d')",
      AWAY,
    ],
    ['when a birthday is', 'at: traits.birthday', 'at: traits.name', BIRTHDAY],
    [
      'who is loyal',
      "when: segment.lifecycle == 'loyal'",
      "when: segment.lifecycle == 'new'",
      FESTIVAL,
    ],
    ['how early it is', 'lead: 3d', 'lead: 1d', SHAMPOO],
  ])('%s', (_, from, to, test) => {
    expect(broken('retail', from, to, 'moments-tests.yaml')).toContain(test);
  });
});

describe('the tests of examples/cdnow see', () => {
  it.each([
    ['how soon the second order comes', "<= duration('30d')", "<= duration('31d')"],
    ['that it is the second', 'orders == 2 &&', ''],
    ['what is large', 'total >= 100', 'total >= 99'],
    ['how often it is sent for free', 'cooldown: 30d', 'cooldown: 29d'],
    ['how long somebody was away', ">= duration('60d')", "> duration('60d')"],
    ['which reason is larger', 'value: 8', 'value: 4'],
  ])('%s', (_, from, to) => {
    expect(broken('cdnow', from, to).length).toBeGreaterThan(0);
  });
});
