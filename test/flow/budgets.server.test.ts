// Budgets through whole gateways: exact under concurrency, the next best in the same answer, and the
// last unit is given wherever it lies.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComposedGateways, composeGateways, type Json } from '../support/composed-gateways.ts';

const offer = (name: string, budget: string, more = '') =>
  `  ${name}: { value: 9, budget: ${budget}, ${more} treatments: { at_${name}: {} } }\n`;
const placement = (name: string, more = '') =>
  `  at_${name}: { channel: web, limit: 2, ${more} }\n`;
const NAMES = [
  'few',
  'many',
  'daily',
  'paid',
  'priced',
  'all_three',
  'asked',
  'none',
  'twice',
  'nil',
  'many_spent',
];

/** More than a run may be stepped. */
const SPENT = 80;
const spent = (i: number) =>
  `  spent_${i}: { value: ${90 - i / 10}, budget: { grants: 0 }, treatments: { at_many_spent: {} } }\n`;

const CATALOG = `
catalog: budgets
timezone: Asia/Shanghai
features: { clicks: { count: Clicked } }
triggers:
  clicked: { on: Clicked, decide: at_many }
  longed: { on: Longed, decide: at_nil }
offers:
${offer('few', '{ grants: 3 }')}${offer('many', '{ grants: 150 }')}${offer('daily', '{ per_day: 5 }')}${offer('paid', '{ money: 10.05, each: 2.01 }')}${offer('priced', '{ money: 10, each: "context.price" }')}${offer('all_three', '{ grants: 9, per_day: 7, money: 4, each: 1 }')}${offer('asked', '{ grants: 1 }')}${offer('none', '{ grants: 0 }')}${offer('twice', '{ grants: 1 }')}${offer('nil', '{ grants: 0 }')}${offer('many_spent', '{ grants: 1 }')}  nil_too: { value: 8, budget: { grants: 0 }, treatments: { at_nil: {} } }
  nil_as_well: { value: 7, budget: { grants: 0 }, treatments: { at_nil: {} } }
  second: { value: 1, treatments: { ${NAMES.map((n) => `at_${n}: {}`).join(', ')} } }
${Array.from({ length: SPENT }, (_, i) => spent(i)).join('')}placements:
${NAMES.map((name) => placement(name)).join('')}  other: { channel: web }
`;

let all: ComposedGateways;
beforeAll(async () => {
  all = await composeGateways(CATALOG, 2);
});
afterAll(() => all?.stop());

let customers = 0;
/** A question of a customer who was never seen, to one gateway after the other. */
const ask = async (name: string, more: object = {}, userId = `u${customers++}`): Promise<Json> => {
  const gateway = all.gateways[customers % all.gateways.length]!;
  const body = { userId, placements: [`at_${name}`], ...more };
  return (await gateway.post('/v1/decide', body)).decisions[0];
};
const offersOf = (decision: Json): string[] => decision.offers.map((o: Json) => o.offerId);
const isGiven = (name: string, decision: Json) => offersOf(decision).includes(name);
const budgetOf = async (name: string) => {
  const { json } = await all.gateways[0]!.request('GET', '/v1/budgets');
  return json.budgets.find((b: Json) => b.offerId === name);
};
async function given(name: string, times: number, more: object = {}): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (let i = 0; i < times; i++) answers.push(isGiven(name, await ask(name, more)));
  return answers;
}

describe('a budget', () => {
  it('gives its last units to whoever asks first, wherever they live, and then the next best', async () => {
    expect(await given('few', 5)).toEqual([true, true, true, false, false]);
    const refused = await ask('few', { explain: true });
    expect(offersOf(refused)).toEqual(['second']);
    expect(refused.candidates[0]).toMatchObject({
      ...{ offerId: 'few', stage: 'budget', reason: 'budget_exhausted', score: null },
      clause: 'grants: 3',
    });
    expect(await budgetOf('few')).toEqual({
      ...{ offerId: 'few', grants: { limit: 3, used: 3 }, perDay: null, money: null },
    });
  });

  it('is exact when two gateways give it away at once', async () => {
    const clicks = Array.from({ length: 400 }, async (_, i) => {
      const gateway = all.gateways[i % 2]!;
      const body = { userId: `click${i % 300}`, event: 'Clicked' };
      return (await gateway.post('/v1/track', body)).decisions[0];
    });
    const answers = await Promise.all(clicks);
    let count = answers.filter((answer) => isGiven('many', answer)).length;
    for (const answer of answers) expect(offersOf(answer)).toContain('second');
    // Nothing is stranded: who asks again gets what is left.
    for (let i = 0; count < 150 && i < 1_000; i++) if (isGiven('many', await ask('many'))) count++;
    expect(count).toBe(150);
    expect((await budgetOf('many')).grants).toEqual({ limit: 150, used: 150 });
    expect(await given('many', 2)).toEqual([false, false]);
  });

  it('of a day, of money, and of all three together', async () => {
    expect(await given('daily', 6)).toEqual([true, true, true, true, true, false]);
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    expect((await budgetOf('daily')).perDay).toEqual({ limit: 5, used: 5, day: today });
    expect(await given('paid', 6)).toEqual([true, true, true, true, true, false]);
    expect((await budgetOf('paid')).money).toEqual({ limit: 10.05, used: 10.05 });
    expect(await given('all_three', 5)).toEqual([true, true, true, true, false]);
    expect(await budgetOf('all_three')).toEqual({
      offerId: 'all_three',
      grants: { limit: 9, used: 4 },
      perDay: { limit: 7, used: 4, day: today },
      money: { limit: 4, used: 4 },
    });
  });

  it('spends what each grant costs, and gives nothing of which nobody can say that', async () => {
    const priced = (price: unknown) => ask('priced', { context: { price } });
    expect(isGiven('priced', await priced(6))).toBe(true);
    expect(isGiven('priced', await priced(5))).toBe(false);
    expect(isGiven('priced', await priced(3.999))).toBe(true);
    expect(isGiven('priced', await priced(0.01))).toBe(false);
    expect(isGiven('priced', await priced(0))).toBe(true);
    for (const price of ['x', -1, 1e300, null]) {
      expect(isGiven('priced', await priced(price))).toBe(false);
    }
    expect((await budgetOf('priced')).money).toEqual({ limit: 10, used: 10 });
  });

  it('is spent by nothing that does not count', async () => {
    expect(isGiven('asked', await ask('asked', { record: false }))).toBe(true);
    const past = { type: 'track', userId: 'past', event: 'Clicked', timestamp: '2026-01-01' };
    await all.gateways[0]!.post('/v1/import', { batch: [past] });
    expect(await given('asked', 2)).toEqual([true, false]);
    for (const explain of [true, false]) {
      const decision = await ask('asked', { record: false, explain });
      expect(offersOf(decision)).toEqual(['second']);
    }
  });

  it('of nothing gives nothing', async () => {
    expect(await given('none', 2)).toEqual([false, false]);
    expect((await budgetOf('none')).grants).toEqual({ limit: 0, used: 0 });
  });

  it('is found spent of any number of offers, one better than the other, and the rest is answered', async () => {
    for (const more of [{ record: false }, { explain: true }, {}]) {
      const { offers } = await ask('many_spent', { limit: 1, ...more });
      expect(['second', 'many_spent']).toContain(offers[0]?.offerId);
    }
    // What each question finds spent is known to the next.
    await expect
      .poll(async () => isGiven('many_spent', await ask('many_spent', { limit: 1 })))
      .toBe(true);
  });

  it('is asked of each next best, too, where nothing is counted', async () => {
    const ends = (decision: Json) => decision.candidates.map((c: Json) => [c.offerId, c.reason]);
    const spent = ['nil', 'nil_too', 'nil_as_well'].map((name) => [name, 'budget_exhausted']);
    const event = { userId: 'longing', event: 'Longed' };
    // Each asks a gateway that knows of neither.
    const explained = await all.gateways[0]!.post('/v1/events/explain', event);
    const asked = await all.gateways[1]!.post('/v1/decide', {
      ...{ userId: 'longing', placements: ['at_nil'], explain: true, record: false },
    });
    for (const { decisions } of [explained, asked]) {
      expect(ends(decisions[0])).toEqual([...spent, ['second', 'chosen']]);
    }
  });

  it('is counted once for a message that comes twice', async () => {
    const first = await ask('twice', { messageId: 'm' }, 'same');
    const again = await ask('twice', { messageId: 'm' }, 'same');
    expect([isGiven('twice', first), isGiven('twice', again)]).toEqual([true, true]);
    expect((await budgetOf('twice')).grants.used).toBe(1);
  });
});
