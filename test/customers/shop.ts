// A shop of several gateways over one real Redis, without ports: the pipeline as gateways have it, and
// calls that name their customer in several ways.

import { MEMORY_BUDGETS } from '../../src/budgets/memory-budgets.ts';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { pipelineOver } from '../../src/compose/decision-core.ts';
import { knownCustomers } from '../../src/compose/known-customers.ts';
import type { KnownCustomers } from '../../src/customers/customers.ts';
import { UNCOUNTED } from '../../src/customers/moves-parts.ts';
import { kindRank, type NamedAlias, type Naming } from '../../src/model/identity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Submission } from '../../src/model/step.ts';
import type { Budgets, CatalogVersion, Pipeline, Result } from '../../src/pipeline.ts';
import type { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { conflictPause } from '../../src/state/conflict-pause.ts';
import { boundedLanes } from '../../src/state/lanes.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { type Texts, valid } from '../catalog/compile.ts';

/** Of a busy machine. */
const WAIT_MS_MAX = 60_000;

export const NOW = Date.UTC(2026, 10, 30, 12);

export const SHOP = `
catalog: shop
consent: { marketing: { default: denied } }
features:
  views: { count: Viewed }
  viewed: { count: Viewed, by: properties.product }
  spent: { sum: properties.total, of: Bought }
triggers:
  third_view: { on: Viewed, when: views >= 3, decide: web }
offers:
  gift: { caps: [{ max: 2 }], treatments: { web: { title: Gift } } }
placements: { web: { channel: web } }
`;

export interface Shop {
  readonly pipeline: Pipeline;
  readonly customers: KnownCustomers;
  readonly states: RedisStateStore;
}

/** A gateway of its own cache and hints. */
export function openShop(
  connection: RedisConnection,
  keys: Keys,
  catalog: Texts | (() => CatalogVersion) = SHOP,
  nowMs: () => number = () => NOW,
  budgets: Budgets = MEMORY_BUDGETS,
): Shop {
  const version = typeof catalog === 'function' ? catalog : () => versionOf(catalog);
  const catalogs = { current: version, atLeast: version };
  const states = new RedisStateStore(connection, keys, {
    ...{ stateBytesMax: 65_536, stateExpiryMs: 400 * 86_400_000, cacheBytesMax: 1e7 },
    ledgerMax: 1e6,
  });
  const monotonicMs = () => performance.now();
  const customers = knownCustomers(
    { connection, keys },
    { states, catalogs, counts: UNCOUNTED, nowMs, monotonicMs },
    400 * 86_400_000,
  );
  const pipeline = pipelineOver({
    ...{ states, customers, catalogs, budgets, monotonicMs },
    lists: () => null,
    lanes: boundedLanes(
      { laneMax: 10_000, totalMax: 10_000, waitMsMax: WAIT_MS_MAX },
      { monotonicMs, waited() {} },
    ),
    metrics: { committed() {}, conflict() {}, duplicate() {}, shed() {}, unavailable() {} },
    pauseAfterConflict: conflictPause(WAIT_MS_MAX),
    // Whoever submitted is told "internal".
    onFault(error) {
      console.error(error);
    },
  });
  return { pipeline, customers, states };
}

const versions = new Map<Texts, CatalogVersion>();

/** Compiled once: some tests open thousands of shops. */
export function versionOf(catalog: Texts): CatalogVersion {
  let version = versions.get(catalog);
  if (version === undefined) {
    version = bindProgram(valid(catalog), 1);
    versions.set(catalog, version);
  }
  return version;
}

/** How a call says who it is: kind → value. */
export type Names = { readonly [kind: string]: string };

/** The name of an identifier as a customer id, made like a keyed hash. */
export function nameOf(kind: string, value: string): string {
  if (kind === 'user') return value;
  if (kind === 'anonymous') return `anonymous:${value}`;
  return `${kind}:${Buffer.from(value).toString('base64url').padEnd(22, '_').slice(0, 22)}`;
}

function namingOf(names: Names, rules: KnownRules): { customerId: string; naming: Naming } {
  const aliases: NamedAlias[] = Object.entries(names)
    .map(([kind, value]) => ({
      id: nameOf(kind, value),
      kind,
      value: kind === 'user' || kind === 'anonymous' ? null : value,
      otherwise: null,
    }))
    .sort((a, b) => kindRank(a.kind, rules) - kindRank(b.kind, rules));
  const [first, ...others] = aliases as [NamedAlias, ...NamedAlias[]];
  const { kind, value } = first;
  return { customerId: first.id, naming: { kind, value, aliases: others, unusable: [] } };
}

type KnownRules = Parameters<typeof kindRank>[1];
const RULES: KnownRules = new Map();

let messages = 0;

export interface CallOptions {
  readonly messageId?: string;
  readonly properties?: JsonObject;
  readonly context?: JsonObject;
  readonly atMs?: number;
  /** When it happened; absent = then. */
  readonly timestampMs?: number;
  readonly follows?: boolean;
}

export function eventOf(names: Names, name: string, options: CallOptions = {}): Submission {
  const { customerId, naming } = namingOf(names, RULES);
  const atMs = options.atMs ?? NOW;
  return {
    stimulus: {
      kind: 'event',
      event: {
        ...{
          type: 'track',
          name,
          label: name,
          timestampMs: options.timestampMs ?? atMs,
          traits: {},
        },
        userId: names.user ?? null,
        anonymousId: names.anonymous ?? null,
        properties: options.properties ?? {},
        context: options.context ?? {},
      },
      outcome: null,
    },
    ...{ customerId, naming, follows: options.follows ?? true },
    messageId: options.messageId ?? `message-${++messages}`,
    ...{ nowMs: atMs, receivedAtMs: atMs, live: true, decide: true, record: true },
  };
}

export function askOf(names: Names, record = true): Submission {
  const { customerId, naming } = namingOf(names, RULES);
  const userId = names.user ?? null;
  return {
    stimulus: {
      kind: 'decide',
      request: {
        ...{ userId, anonymousId: names.anonymous ?? null, placements: ['web'], limit: null },
        context: {},
      },
    },
    ...{ customerId, naming, messageId: `message-${++messages}`, nowMs: NOW, receivedAtMs: NOW },
    ...{ live: true, decide: true, record },
  };
}

export function outcomeOf(names: Names, decisionId: string, offerId: string): Submission {
  const { customerId, naming } = namingOf(names, RULES);
  return {
    stimulus: {
      kind: 'outcome',
      outcome: { timestampMs: NOW, decisionId, offerId, outcome: 'click' },
    },
    ...{ customerId, naming, messageId: `message-${++messages}`, nowMs: NOW, receivedAtMs: NOW },
    ...{ live: true, decide: true, record: true },
  };
}

/** The offers of an answer, and the ids of their decisions. */
export function offersIn(result: Result): { decisionId: string; offers: string[] }[] {
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return (JSON.parse(result.answer) as { decisionId: string; offers: { offerId: string }[] }[]).map(
    ({ decisionId, offers }) => ({ decisionId, offers: offers.map(({ offerId }) => offerId) }),
  );
}
