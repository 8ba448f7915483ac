// Random behaviour of a few customers: everything that reaches a pipeline, in any order.

import type { CustomerEvent, OutcomeKind } from '../../src/model/event.ts';
import { OUTCOME_KINDS } from '../../src/model/event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Submission } from '../../src/model/step.ts';
import type { Result } from '../../src/pipeline.ts';
import type { Random } from '../support/seeded.ts';

const BASE = `
timezone: Asia/Shanghai
consent:
  marketing: { default: denied }
triggers:
  viewed_often:
    on: Viewed
    when: views[event.properties.product] >= 2
    decide: [web, app]
    cooldown: 2h
    per: properties.product
  bought: { on: [Bought, $identify], decide: app }
placements:
  web: { channel: web, limit: 2, fallback: welcome, holdout: 20% }
  app: { channel: app, limit: 3 }
  mail: { channel: mail, consent: marketing }
contact_policy:
  - { max: 6, window: 1d, channels: [app] }
segments:
  buyer: orders >= 1
  stage:
    - young: orders < 3
    - old: orders >= 3
offers:
  thrice:
    value: 5
    caps: [{ max: 3, window: 2d }, { max: 1, of: click }]
    treatments: { web: { views: "{{ views }}" }, app: { x: "{{ or(traits.name, 'you') }}" } }
  plain: { value: "1.0 + orders", treatments: { app: { y: "{{ event.properties.note }}" }, mail: { z: 1 } } }
  buyers: { value: 9, eligibility: segment.buyer, caps: [{ max: 5 }], treatments: { web: { b: 1 } } }
  welcome: { treatments: { web: { w: 1 } } }
features:
  orders: { count: Bought }
  views: { count: Viewed, by: properties.product, window: 6h, keep: 4 }
  last_seen: { last: "*" }
  affinity: { affinity: properties.product, of: { Viewed: 1, Bought: 5 }, half_life: 1d, keep: 5 }
  gap: { interval: Bought }
  days: { days: "*", window: 7d }
`;

/** Two catalogs: some features stay, some go, some change and start afresh. */
export const CATALOGS: readonly string[] = [
  `catalog: one
${BASE}
  spent: { sum: properties.amount, of: Bought, window: 2d }
  notes: { latest: properties.note, of: "*" }
  notes_by: { latest: properties.note, of: Viewed, by: properties.product, keep: 3 }
  first_sight: { first: Viewed, by: properties.product }
  shops: { distinct: properties.shop, of: "*", window: 3d }
`,
  `catalog: two
${BASE}
  spent: { sum: properties.amount, of: Bought }
  notes: { latest: properties.note, of: "*" }
  most: { max: properties.amount, of: Bought, by: properties.shop }
  seen_products: { recent: properties.product, of: Viewed, keep: 4 }
  busier: { trend: Viewed, window: 1d }
`,
];

const MINUTE = 60_000;
const DAY = 86_400_000;
const TEXTS = [
  '',
  'x',
  'Käthe',
  '陈',
  '😀',
  '\u0000',
  'a\nb',
  '\ufffd',
  'k'.repeat(300),
  '__proto__',
];
// Without -0: the door takes its sign away (json-cleaner.ts).
const NUMBERS = [0, 1, -1, 0.1, 1e21, 2 ** 53, -(2 ** 31), 1e-7, 12_345.678];

/** What a JSON column does not give back as it was: order, nulls, empty objects, long numbers. */
const NOTES = [
  ...[{ a: 1 }, [1], { z: 1, a: { y: null, b: {} } }, [{ z: null, a: [] }], {}],
  ...[1e17, 1e19, 1e300, 2n ** 64n, { of: [-(10n ** 30n), 1e22] }],
];

/** What was offered so far: what outcomes can be about. */
export interface Offered {
  readonly customerId: string;
  readonly decisionId: string;
  readonly offerId: string;
}

/** Makes submissions; the same random sequence makes the same ones. */
export class RandomSubmissions {
  nowMs = Date.UTC(2026, 10, 22, 2);
  readonly offered: Offered[] = [];
  private readonly made: Submission[] = [];
  private messages = 0;

  constructor(
    private readonly random: Random,
    private readonly customers: readonly string[],
  ) {}

  /** So many of one customer, at one time: what a batch brings. */
  some(): readonly Submission[] {
    const { random } = this;
    this.nowMs += Math.floor(random() ** 4 * 1.2 * DAY);
    const customerId = random.pick(this.customers);
    return Array.from({ length: random() < 0.7 ? 1 : 1 + random.below(6) }, () => {
      const submission = this.within(this.one(customerId));
      this.made.push(submission);
      return submission;
    });
  }

  /** Tells what a run of them was answered: its offers are what later outcomes are about. */
  answered(run: readonly Submission[], results: readonly Result[]): void {
    results.forEach((result, i) => {
      if (result.kind !== 'done' || !run[i]!.record) return;
      const { customerId } = run[i]!;
      for (const { decisionId, offers } of result.decisions) {
        for (const { offerId } of offers) this.offered.push({ customerId, decisionId, offerId });
      }
    });
  }

  /** As with a key that is kept within placements, or that reports nothing, now and then. */
  private within(submission: Submission): Submission {
    const { random } = this;
    if (submission.stimulus.kind !== 'event' || random() < 0.8) return submission;
    const placements = random() < 0.8 ? new Set(['web', 'app'].filter(() => random() < 0.5)) : null;
    return { ...submission, within: { placements, outcome: random() < 0.5 } };
  }

  private one(customerId: string): Submission {
    const { random } = this;
    const again = this.made.filter((submission) => submission.customerId === customerId);
    const kind = random.below(20);
    if (kind < 3 && again.length > 0) {
      const back = random() < 0.7 ? 8 : again.length;
      const old = again[again.length - 1 - random.below(Math.min(back, again.length))]!;
      return { ...old, receivedAtMs: this.nowMs, nowMs: old.live ? this.nowMs : old.nowMs };
    }
    if (kind < 6) return this.decide(customerId);
    if (kind < 9) return this.outcome(customerId);
    return this.event(customerId, kind < 12 ? 'identify' : 'track');
  }

  private event(customerId: string, type: 'identify' | 'track'): Submission {
    const { random } = this;
    const live = random() < 0.8;
    const late = random() < 0.3 ? random.below(3 * DAY) : random.below(MINUTE);
    const timestampMs = this.nowMs - late;
    const isTrack = type === 'track';
    const name = isTrack ? random.pick(['Viewed', 'Bought', 'Left']) : '$identify';
    const messageId = this.nextMessageId();
    const event: CustomerEvent = {
      ...{ type, name, userId: customerId, timestampMs },
      anonymousId: random() < 0.3 ? `a${random.below(20)}` : null,
      properties: isTrack ? this.properties() : {},
      traits: isTrack ? {} : this.traits(),
      context: this.context(),
      label: isTrack ? name : null,
    };
    return {
      stimulus: { kind: 'event', event, outcome: null },
      ...{ customerId, messageId, receivedAtMs: this.nowMs },
      ...{ nowMs: live ? this.nowMs : timestampMs, live, record: true },
      decide: live || random() < 0.5,
    };
  }

  private decide(customerId: string): Submission {
    const { random } = this;
    const messageId = this.nextMessageId();
    const placements = ['web', 'app', 'mail'].filter(() => random() < 0.5);
    const request = {
      ...{ userId: customerId, anonymousId: null },
      placements: placements.length === 0 ? ['web'] : placements,
      limit: random() < 0.3 ? random.below(3) + 1 : null,
      context: this.context(),
    };
    return this.whole({ kind: 'decide', request }, customerId, messageId, random() < 0.85);
  }

  private outcome(customerId: string): Submission {
    const { random } = this;
    const messageId = this.nextMessageId();
    const theirs = this.offered.filter((one) => one.customerId === customerId);
    const { decisionId, offerId } =
      theirs.length === 0 || random() < 0.1
        ? { decisionId: 'none', offerId: 'plain' }
        : random.pick(theirs);
    const outcome: OutcomeKind = random.pick(OUTCOME_KINDS);
    const report = { timestampMs: this.nowMs, decisionId, offerId, outcome };
    return this.whole({ kind: 'outcome', outcome: report }, customerId, messageId, true);
  }

  private whole(
    stimulus: Submission['stimulus'],
    customerId: string,
    messageId: string,
    record: boolean,
  ): Submission {
    const times = { nowMs: this.nowMs, receivedAtMs: this.nowMs };
    return { stimulus, customerId, messageId, ...times, live: true, decide: true, record };
  }

  private properties(): JsonObject {
    const { random } = this;
    const properties: JsonObject = { product: `p${random.below(8)}` };
    if (random() < 0.5) properties.shop = random.pick([...TEXTS, 7, true, null]);
    if (random() < 0.7) properties.amount = random.pick([...NUMBERS, 'text', null]);
    if (random() < 0.5) properties.note = random.pick([...TEXTS, ...NUMBERS, false, ...NOTES]);
    return properties;
  }

  private traits(): JsonObject {
    const { random } = this;
    const traits: JsonObject = {};
    for (let n = random.below(4); n > 0; n--) {
      const value = random.pick([
        ...TEXTS,
        ...NUMBERS,
        true,
        null,
        { deep: ['er', null, 1.5] },
        [],
      ]);
      traits[random.pick(['name', 'tier', 'a.b', '', '😀', 'constructor'])] = value;
    }
    return traits;
  }

  private context(): JsonObject {
    const { random } = this;
    if (random() < 0.7) return {};
    const granted = random() < 0.5;
    return {
      channel: 'app',
      consent: { categoryPreferences: { marketing: granted, other: true } },
    };
  }

  private nextMessageId(): string {
    return `m${this.messages++}`;
  }
}
