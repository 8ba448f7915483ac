import { describe, expect, it } from 'vitest';
import { KnownLeft } from '../../src/budgets/known-left.ts';
import { MEMORY_BUDGETS } from '../../src/budgets/memory-budgets.ts';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { lastEventsOf } from '../../src/compose/customer-views.ts';
import { offersNow } from '../../src/compose/offers-now.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { emptyState } from '../../src/model/state.ts';
import type { Budgets } from '../../src/pipeline.ts';
import { valid } from '../catalog/compile.ts';
import { catalogOf } from '../engine/support/catalog-builder.ts';
import { Customer } from '../engine/support/customer.ts';

const NOW = 1.8e12;
const NO_LISTS = () => null;

const asked = (catalog: Catalog, budgets: Pick<Budgets, 'known' | 'check'> = MEMORY_BUDGETS) =>
  offersNow(bindProgram(catalog, 1), emptyState('u1'), NOW, { budgets, lists: NO_LISTS });

describe('what would be offered now', () => {
  const CATALOG = `
catalog: now
offers:
  once: { value: 2, caps: [{ max: 1 }], treatments: { web: {}, app: {} } }
  prize: { value: 3, budget: { grants: 1 }, treatments: { app: {} } }
placements: { web: { channel: web }, app: { channel: app } }
`;
  // biome-ignore lint/suspicious/noExplicitAny: an answer
  const offered = ({ offersNow: all }: any) => all.map((o: any) => o.decision.offers[0]?.offerId);

  it('is decided at each placement as if no other had been asked for', async () => {
    const state = emptyState('u1');
    const version = bindProgram(valid(CATALOG.replace('value: 3', 'value: 1')), 1);
    expect(
      offered(await offersNow(version, state, NOW, { budgets: MEMORY_BUDGETS, lists: NO_LISTS })),
    ).toEqual(['once', 'once']);
    expect(state).toEqual(emptyState('u1'));
  });

  it('is what can be had: what is spent is looked up, as nobody will commit', async () => {
    const looked: string[][] = [];
    const budgets: Pick<Budgets, 'known' | 'check'> = {
      known: () => null,
      async check(_, grants) {
        looked.push(grants.map(({ offer }) => offer));
        return new KnownLeft(new Map([['prize', { grants: 0, cents: 0 }]]));
      },
    };
    const now = await asked(valid(CATALOG), budgets);
    expect(offered(now)).toEqual(['once', 'once']);
    expect(looked).toEqual([['prize'], []]);
    expect(now.offersNow[1]!.decision).toMatchObject({
      candidates: expect.arrayContaining([
        expect.objectContaining({ reason: 'budget_exhausted', clause: 'grants: 1' }),
      ]),
    });
  });

  it('is the answer to a question, also where something waits and comes to nothing', async () => {
    const catalog = valid(
      `${CATALOG}
triggers: { left: { on: Added, unless: Bought, after: 1h, decide: web, offers: [closed] } }
`.replace('prize:', 'closed: { eligibility: traits.x == 1, treatments: { web: {} } }\n  prize:'),
    );
    const customer = new Customer(catalog);
    customer.track('Added');
    customer.wait(3_600_000).passTime();
    expect(customer.state.waiting).toHaveLength(1);
    const version = bindProgram(catalog, 1);
    const now = await offersNow(version, customer.state, customer.nowMs, {
      ...{ budgets: MEMORY_BUDGETS, lists: NO_LISTS },
    });
    expect(offered(now)).toEqual(['once', 'prize']);
  });

  it('is of so many placements, and so many candidates', async () => {
    const of = <T>(count: number, what: T) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, what]));
    const many = await asked(catalogOf({ placements: of(103, {}) }));
    expect([many.offersNow.length, many.placementsLeftOut]).toEqual([100, 3]);
    const offers = of(5_000, { in: ['n0', 'n1', 'n2', 'n3'] });
    const large = await asked(catalogOf({ placements: of(4, {}), offers }));
    expect([large.offersNow.length, large.placementsLeftOut]).toEqual([2, 2]);
  });
});

describe('what a customer did last', () => {
  const merges = [{ mergeId: 'm1', from: 'anonymous:a1', atMs: NOW }];
  const state = { ...emptyState('u1'), merges, aliases: ['anonymous:shared'] };

  it('is asked under the ids that were the customer, and no other name', async () => {
    const event = { type: 'track', event: 'Viewed', label: 'Viewed', properties: { n: 1 } };
    const questions: unknown[] = [];
    const history = {
      async lastEvents(...question: unknown[]) {
        questions.push(question);
        return [{ ...event, atMs: NOW, customerId: 'anonymous:a1', messageId: 'm' }];
      },
    };
    const at = new Date(NOW).toISOString();
    expect(await lastEventsOf(state, history)).toEqual([{ ...event, at, label: null }]);
    expect(questions).toEqual([[['u1', 'anonymous:a1'], 20]]);
  });

  it('is not known without history', async () => {
    expect(await lastEventsOf(state, null)).toBeNull();
    expect(await lastEventsOf(state, { lastEvents: async () => null })).toBeNull();
  });
});
