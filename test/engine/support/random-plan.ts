// Catalogs at random for the comparison with the reference: every stage, cap, contact rule, holdout
// and trigger option turns up. Plain data, which as JSON is a YAML catalog.

const MINUTE = 60_000;

/** Durations as the catalog writes them, in ms. */
export const SPANS: Readonly<Record<string, number>> = {
  '10m': 10 * MINUTE,
  '1h': 60 * MINUTE,
  '1d': 1_440 * MINUTE,
};

export interface PlannedOffer {
  readonly tags: readonly string[];
  readonly propensity: number;
  readonly value: number | 'traits.score';
  readonly eligibility?: string;
  readonly applicability?: string;
  readonly suitability?: string;
  readonly starts?: string;
  readonly ends?: string;
  readonly caps: readonly { max: number; window?: string; of?: string }[];
  readonly treatments: Record<string, object>;
}

export interface PlannedPlacement {
  readonly channel: string;
  readonly limit: number;
  readonly fallback?: string;
  readonly holdout?: string;
  readonly consent?: string;
  readonly when?: string;
}

export interface PlannedTrigger {
  readonly on: readonly string[];
  readonly decide: readonly string[];
  readonly offers?: readonly string[];
  readonly when?: string;
  readonly cooldown?: string;
  readonly per?: string;
}

export interface Plan {
  readonly catalog: string;
  readonly timezone: string;
  readonly consent: Readonly<Record<string, { readonly default: 'granted' | 'denied' }>>;
  readonly placements: Readonly<Record<string, PlannedPlacement>>;
  readonly offers: Readonly<Record<string, PlannedOffer>>;
  readonly triggers: Readonly<Record<string, PlannedTrigger>>;
  readonly contact_policy: readonly {
    readonly max: number;
    readonly window?: string;
    readonly channels: readonly string[];
    readonly when?: string;
  }[];
}

/** Draws from a seed (mulberry32); the same seed, the same draws. */
export class Draws {
  constructor(private seed: number) {}

  /** From 0 up to 1. */
  share(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(n: number): number {
    return Math.floor(this.share() * n);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** At least one of them, in their order. */
  some<T>(items: readonly T[]): T[] {
    const sure = this.of(items);
    return items.filter((item) => item === sure || this.share() < 0.4);
  }

  /** `{ [key]: value }` with a chance, else nothing. */
  maybe<K extends string, V>(chance: number, key: K, values: readonly V[]): { [P in K]?: V } {
    return this.share() < chance ? ({ [key]: this.of(values) } as { [P in K]?: V }) : {};
  }
}

export const EVENTS = ['A', 'B', 'C'] as const;
const CHANNELS = ['web', 'push', 'sms'] as const;
const PLACEMENTS = ['p1', 'p2', 'p3', 'p4'] as const;
const OFFERS = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7'] as const;
const FLAGS = ['or(traits.x, false)', 'or(traits.y, false)'] as const;
const WINDOWS = Object.keys(SPANS);

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** One catalog. */
export function randomPlan(draws: Draws): Plan {
  const placements = Object.fromEntries(
    PLACEMENTS.map((name) => [
      name,
      {
        channel: draws.of(CHANNELS),
        limit: 1 + draws.below(3),
        ...draws.maybe(0.5, 'fallback', OFFERS),
        ...draws.maybe(0.5, 'holdout', ['10%', '33.33%', '50%']),
        ...draws.maybe(0.3, 'consent', ['said', 'silent']),
        ...draws.maybe(0.3, 'when', FLAGS),
      },
    ]),
  );
  const offers = Object.fromEntries(
    OFFERS.map((name): [string, PlannedOffer] => {
      const shown = draws.some(PLACEMENTS);
      const needed = PLACEMENTS.filter((p) => placements[p]!.fallback === name);
      return [
        name,
        {
          tags: name === 'o1' ? ['t1', 't2'] : draws.some(['t1', 't2']),
          propensity: draws.of([0.1, 0.5, 0.5, 1]),
          value: draws.of([1, 2, 2, 2, 'traits.score'] as const),
          ...draws.maybe(0.3, 'eligibility', FLAGS),
          ...draws.maybe(0.2, 'applicability', FLAGS),
          ...draws.maybe(0.2, 'suitability', FLAGS),
          ...draws.maybe(0.2, 'starts', ['2026-02-03']),
          ...draws.maybe(0.2, 'ends', ['2026-02-05']),
          caps: times(draws.below(3), () => ({
            max: draws.below(4),
            ...draws.maybe(0.7, 'window', WINDOWS),
            ...draws.maybe(0.5, 'of', ['impression', 'click']),
          })),
          treatments: Object.fromEntries([...shown, ...needed].map((p) => [p, {}])),
        },
      ];
    }),
  );
  const triggers = Object.fromEntries(
    times(6, (i): [string, PlannedTrigger] => [
      `t${i}`,
      {
        on: draws.some(EVENTS),
        decide: draws.some(PLACEMENTS),
        ...draws.maybe(0.5, 'offers', [draws.some(OFFERS), ['#t1'], ['#t2', 'o2']]),
        ...draws.maybe(0.4, 'when', FLAGS),
        ...draws.maybe(0.5, 'cooldown', WINDOWS),
        ...draws.maybe(0.4, 'per', ['properties.k']),
      },
    ]),
  );
  const channels = [...new Set(Object.values(placements).map((p) => p.channel))];
  const contacts: Plan['contact_policy'] = times(3, () => ({
    max: 1 + draws.below(4),
    ...draws.maybe(0.7, 'window', WINDOWS),
    channels: draws.some(channels),
    ...draws.maybe(0.5, 'when', FLAGS),
  }));
  const never = { max: 0, channels: draws.some(channels), when: 'or(traits.z, false)' };
  return {
    catalog: 'random',
    timezone: 'Asia/Shanghai',
    consent: { said: { default: 'granted' }, silent: { default: 'denied' } },
    ...{ placements, offers, triggers },
    contact_policy: [...contacts, never],
  };
}
