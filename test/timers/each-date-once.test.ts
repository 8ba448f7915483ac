// A date has fired, and the customer is told elsewhere, is joined with another or taken apart again: it does
// not come a second time, and the next is not left out. States alone, stepped and folded as anywhere.

import { describe, expect, it } from 'vitest';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { timersApart } from '../../src/customers/timers-apart.ts';
import { DraftState } from '../../src/model/draft-state.ts';
import type { Stimulus } from '../../src/model/event.ts';
import { NO_INPUTS } from '../../src/model/inputs.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { type CustomerState, emptyState } from '../../src/model/state.ts';
import { valid } from '../catalog/compile.ts';
import { eventOf, NOW } from '../customers/shop.ts';

import { seeded, testSeed } from '../support/seeded.ts';

const HOUR = 3_600_000;
const SHANGHAI = 'Asia/Shanghai';
const NEW_YORK = 'America/New_York';
const BORN = '1990-12-03';

const version = bindProgram(
  valid(`
catalog: shop
timezone: Asia/Shanghai
customer_timezone: traits.tz
triggers:
  birthday: { at: traits.birthday, decide: app }
  joined: { at: traits.joined, once: true, decide: app }
  festival: { at: ["2026-12-03", "2026-12-05"], over: 1m, when: known(traits.fan), decide: app }
  instant: { at: ["2026-12-03T01:00:00Z"], over: 10h, when: known(traits.fan), decide: app }
  mixed:
    at: ["2026-12-04T12:00:00Z", "2026-12-05", "2026-12-05T00:30:00Z"]
    over: 1m
    when: known(traits.mixed)
    decide: app
offers: { o: { treatments: { app: { title: App } } } }
placements: { app: { channel: app } }
`),
  1,
);

class Person {
  state: CustomerState;
  /** As `trigger day`, by the clock of UTC. */
  fired: string[] = [];

  constructor(
    readonly id: string,
    public nowMs: number = NOW,
  ) {
    this.state = emptyState(id);
  }

  identify(traits: JsonObject): this {
    const said = eventOf({ user: this.id }, '$identify', { atMs: this.nowMs });
    if (said.stimulus.kind !== 'event') throw new Error('no event');
    const event = { ...said.stimulus.event, type: 'identify', label: null, traits } as const;
    this.step({ ...said.stimulus, event });
    return this;
  }

  /** All that is due by a time, each at its instant; a worker that is behind sees to it later. */
  passTo(at: string | number, lateMs = 0): this {
    const untilMs = typeof at === 'number' ? at : Date.parse(at);
    for (;;) {
      const next = version.time.nextDueMs(this.state) + lateMs;
      if (next > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next);
      this.work();
    }
    this.nowMs = untilMs;
    return this;
  }

  work(): void {
    const { timers, look } = version.time.plan(this.state, this.nowMs);
    for (const { trigger, key, dueAtMs } of timers)
      this.step({ kind: 'timer', trigger, key, dueAtMs });
    if (look) this.step({ kind: 'look', dueAtMs: this.nowMs });
  }

  fold(other: Person): this {
    const merge = { mergeId: `m${other.id}`, from: other.id, atMs: this.nowMs };
    this.state = version.fold(this.state, other.state, merge, this.nowMs).state;
    this.fired.push(...other.fired);
    return this;
  }

  /** When a trigger is due, as UTC to the minute. */
  due(trigger: string): string | undefined {
    const timer = this.state.timers.find((each) => each.trigger === trigger);
    return timer && new Date(timer.dueAtMs).toISOString().slice(0, 16);
  }

  private step(stimulus: Stimulus): void {
    const done = version.step(
      this.state,
      {
        ...{ stimulus, customerId: this.id, nowMs: this.nowMs, receivedAtMs: this.nowMs },
        ...{ messageId: `${this.nowMs}${JSON.stringify(stimulus)}`, live: true },
        ...{ decide: true, record: true },
      },
      NO_INPUTS,
    );
    if (done.kind !== 'stepped') return;
    this.state = done.state;
    for (const { trigger, status } of done.firings) {
      const day = new Date(this.nowMs).toISOString().slice(0, 10);
      if (status === 'fired') this.fired.push(`${trigger} ${day}`);
    }
  }
}

const person = (id: string, traits: JsonObject) => new Person(id).identify(traits);

describe('a birthday that was this year', () => {
  const celebrated = () =>
    person('u1', { birthday: BORN, tz: SHANGHAI }).passTo('2026-12-03T02:00Z');

  it.each([
    ['of another timezone', NEW_YORK],
    ['without one', undefined],
  ])('does not come again with a visitor %s', (_, tz) => {
    const visitor = new Person('v', Date.parse('2026-12-03T02:00Z'));
    visitor.identify({ birthday: BORN, ...(tz === undefined ? {} : { tz }) });
    const user = celebrated().fold(visitor);
    user.passTo('2026-12-05T00:00Z');
    expect(user.fired).toEqual(['birthday 2026-12-03']);
    expect(user.due('birthday')).toBe(tz ? '2027-12-03T14:00' : '2027-12-03T01:00');
    user.passTo('2027-12-04T00:00Z');
    expect(user.fired).toEqual(['birthday 2026-12-03', 'birthday 2027-12-03']);
  });

  it('does not come again where the visitor had it, whatever the worker does first', () => {
    const visitor = person('v', { birthday: BORN, tz: SHANGHAI }).passTo('2026-12-03T02:00Z');
    const user = person('u1', { birthday: BORN, tz: NEW_YORK });
    user.nowMs = visitor.nowMs;
    user.fold(visitor).passTo('2026-12-05T00:00Z', 20 * HOUR);
    expect(user.fired).toEqual(['birthday 2026-12-03']);
    expect(user.due('birthday')).toMatch(/^2027-12-03T/);
  });

  it('does not come again with the trait, in what form and zone ever', () => {
    const user = celebrated();
    for (const birthday of [null, '1985-12-03', null, '1990-12-03T05:00:00Z', BORN]) {
      user.identify({ birthday, tz: birthday === null ? SHANGHAI : NEW_YORK });
      if (birthday !== null) expect(user.due('birthday'), birthday).toBe('2027-12-03T14:00');
    }
  });

  it('comes on another day that the trait names, as of somebody whose date it always was', () => {
    const user = celebrated().identify({ birthday: '1990-12-06' });
    expect(user.due('birthday')).toBe('2026-12-06T01:00');
    expect(user.identify({ birthday: BORN }).due('birthday')).toBe('2027-12-03T01:00');
  });

  it('is not left out where only the other’s clocks had it behind them', () => {
    const late = person('v', { birthday: BORN, tz: NEW_YORK });
    const user = new Person('u1', Date.parse('2026-12-03T02:00Z'));
    // Said when it was over: the next is in a year.
    expect(user.identify({ birthday: BORN, tz: SHANGHAI }).due('birthday')).toMatch('2027');
    user.fold(late).passTo('2026-12-04T00:00Z');
    expect(user.fired).toEqual(['birthday 2026-12-03']);
  });

  it('and comes once only, does not where one of both had it', () => {
    const user = person('u1', { joined: '2020-12-03', tz: SHANGHAI }).passTo('2026-12-03T02:00Z');
    user.fold(person('v', { joined: '2020-12-03', tz: NEW_YORK })).passTo('2027-12-04T00:00Z');
    expect(user.fired).toEqual(['joined 2026-12-03']);
  });
});

it('a day of a list that was does not come again with a visitor of another timezone', () => {
  const user = person('u1', { fan: 1, tz: SHANGHAI }).passTo('2026-12-03T11:00Z');
  user.fold(person('v', { fan: 1, tz: NEW_YORK })).passTo('2026-12-07T00:00Z');
  expect(user.fired.sort()).toEqual([
    ...['festival 2026-12-03', 'festival 2026-12-05', 'instant 2026-12-03'],
  ]);
});

it('no date of a list is left out for an instant in it, nor the other way round', () => {
  const user = person('u1', { mixed: 1, tz: 'Pacific/Kiritimati' }).passTo('2026-12-07T00:00Z');
  expect(user.fired).toEqual(['mixed 2026-12-04', 'mixed 2026-12-04', 'mixed 2026-12-05']);
});

describe('two who are taken apart', () => {
  const then = () => ({
    user: person('u1', { birthday: BORN, tz: NEW_YORK }),
    visitor: person('v', { birthday: BORN, tz: SHANGHAI }),
  });

  /** As they go on after so long as one. */
  function apart(asOneTo: string) {
    const { user, visitor } = then();
    const one = new Person('u1').fold(user).fold(visitor);
    one.identify({ tz: NEW_YORK }).passTo(asOneTo);
    const alone = (state: CustomerState) =>
      Object.assign(new DraftState(state), { asOfMs: one.nowMs });
    const [theirs, own] = [alone(visitor.state), alone(user.state)];
    const parts = { theirsThen: visitor.state, ownThen: user.state, theirs, own };
    const { survivor, isTheirs } = { survivor: one.state, isTheirs: () => false };
    const left = timersApart({ ...parts, survivor, isTheirs });
    for (const [each, state] of [[user, own] as const, [visitor, theirs] as const]) {
      const of = each === user ? left.own : left.theirs;
      each.state = Object.assign(new DraftState(state), of);
      each.nowMs = one.nowMs;
      each.fired = [...one.fired];
    }
    return { user, visitor };
  }

  it('after it was: it was for both', () => {
    for (const each of Object.values(apart('2026-12-03T15:00Z'))) {
      each.passTo('2027-12-04T00:00Z', HOUR);
      expect(each.fired, each.id).toEqual(['birthday 2026-12-03', 'birthday 2027-12-03']);
    }
  });

  it('before it was, though by the clock of one it is over: it comes to each', () => {
    for (const each of Object.values(apart('2026-12-03T05:00Z'))) {
      each.passTo('2026-12-04T00:00Z', HOUR);
      expect(each.fired, each.id).toEqual(['birthday 2026-12-03']);
    }
  });
});

it('whatever becomes of a customer, each year has the day once', () => {
  const random = seeded(testSeed());
  const zones = [SHANGHAI, NEW_YORK, 'Europe/Berlin', 'America/Los_Angeles', 'nowhere'];
  for (let n = 0; n < 60; n++) {
    const told: string[] = [];
    const user = person('u', { birthday: BORN, tz: random.pick(zones) });
    for (const year of [2026, 2027]) {
      let atMs = Date.parse(`${year}-12-02T12:00Z`);
      for (let step = 0; step < 10; step++) {
        atMs += random.below(8) * HOUR;
        // Nobody is so late that it would be too late.
        user.passTo(atMs, random.pick([0, 0, HOUR]));
        const tz = random.pick(zones);
        told.push(`${new Date(atMs).toISOString()} ${tz}`);
        const dice = random();
        if (dice < 0.4) user.identify({ tz });
        // Of what is stated when it is over the next is in a year.
        else if (dice < 0.5 && user.fired.at(-1)?.includes(`${year}`))
          user.identify({ birthday: null }).identify({ birthday: BORN, tz });
        else if (dice < 0.8) {
          const visitor = new Person(`v${n}${year}${step}`, Date.parse(`${year}-12-02T00:00Z`));
          user.fold(visitor.identify({ birthday: BORN, tz }));
        }
      }
      user.passTo(atMs + 72 * HOUR);
    }
    const times = user.fired.map((text) => text.slice(0, 13));
    expect(times, told.join('\n')).toEqual(['birthday 2026', 'birthday 2027']);
  }
});
