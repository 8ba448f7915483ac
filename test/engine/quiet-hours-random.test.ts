// Whatever hours are quiet, in whatever zone, and whenever the worker comes: nothing is decided in them,
// and every firing comes to one end.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { customerCalendar } from '../../src/engine/customer-calendar.ts';
import { quietEndMs } from '../../src/model/quiet-hours.ts';
import { catalogOf, DAY, HOUR, MINUTE, type Parts } from './support/catalog-builder.ts';
import { Customer, type Done } from './support/customer.ts';

const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 2 ** 31);
const PLACEMENTS = ['push', 'sms'] as const;
const ZONES = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Mars/Phobos'];
/** Just before clocks change in Berlin, and in New York a week later. */
const START = Date.UTC(2026, 9, 24, 12);

const quarter = fc.integer({ min: 0, max: 95 }).map((n) => n * 15 * MINUTE);
const hours = fc.tuple(quarter, quarter).filter(([from, to]) => from !== to);
const act = fc.record({
  waitMs: fc.oneof(fc.integer({ max: HOUR, min: 1 }), fc.integer({ max: 8 * HOUR, min: 1 })),
  does: fc.constantFrom('Viewed', 'Added', 'Viewed', 'Added', 'ask', 'move', 'switch', 'work'),
  zone: fc.constantFrom(...ZONES),
});

function catalog(push: readonly number[], sms: readonly number[], maxAgeMs: number): Parts {
  const quiet = ([fromMs, toMs]: readonly number[]) => ({ fromMs: fromMs!, toMs: toMs! });
  const common = {
    ...{ decide: PLACEMENTS, per: 'properties.id', maxAgeMs },
    when: (scope: { trait(name: string): unknown }) => scope.trait('off') !== true,
  };
  const time = { kind: 'absence', id: '', unless: null, afterMs: HOUR } as const;
  return {
    triggers: { at_once: { on: 'Viewed', ...common }, later: { on: 'Added', ...common, time } },
    offers: { deal: { in: PLACEMENTS } },
    placements: { push: { quiet: quiet(push) }, sms: { quiet: quiet(sms) } },
  };
}

/** What became of each firing at each of its placements. */
class Ends {
  readonly of = new Map<string, string[]>();

  fired(done: Done): void {
    for (const { trigger, key, status } of done.firings) {
      if (status === 'missed') continue;
      for (const placement of PLACEMENTS) this.of.set(`${trigger} ${key} ${placement}`, []);
    }
  }

  end(trigger: string, key: string | null, placement: string, how: string): void {
    this.of.get(`${trigger} ${key} ${placement}`)!.push(how);
  }
}

it('decide nothing, and every firing in them comes to one end', () => {
  console.log(`PROFFER_TEST_SEED=${SEED}`);
  const maxAge = fc.constantFrom(10 * MINUTE, DAY);
  fc.assert(
    fc.property(hours, hours, maxAge, fc.array(act, { maxLength: 40 }), (push, sms, age, acts) => {
      const parts = { ...catalogOf(catalog(push, sms, age)), customerTimezone: TZ };
      const customer = new Customer(parts);
      customer.nowMs = START;
      const ends = new Ends();
      let id = 0;
      for (const { waitMs, does, zone } of acts) {
        customer.wait(waitMs);
        if (does === 'work') work(customer, ends);
        else if (does === 'move') customer.identify({ tz: zone });
        else if (does === 'switch') customer.identify({ off: waitMs % 2 === 0 });
        else if (does === 'ask') decided(customer, customer.decide(PLACEMENTS));
        else {
          const done = customer.track(does, { id: `${id++}` });
          ends.fired(done);
          decided(customer, done);
          for (const { placement, trigger, candidates } of done.decisions) {
            expect(candidates[0]!.reason).not.toBe('placement_closed');
            ends.end(trigger!, `${id - 1}`, placement, 'decided');
          }
        }
      }
      for (let n = 0; n < 10 && customer.state.timers.length > 0; n++) {
        customer.nowMs = Math.max(customer.nowMs, customer.state.timers[0]!.dueAtMs);
        work(customer, ends);
      }
      expect(customer.state.timers).toEqual([]);
      for (const [firing, all] of ends.of) expect([firing, ...all]).toHaveLength(2);
    }),
    { seed: SEED, numRuns: 150 },
  );
});

const TZ = { root: 'traits', steps: [{ key: 'tz', each: false }], text: 'traits.tz' } as const;

/** Sees to each timer that is due by itself, and notes what comes of it. */
function work(customer: Customer, ends: Ends): void {
  for (const timer of customer.state.timers.filter(({ dueAtMs }) => dueAtMs <= customer.nowMs)) {
    const { trigger, key, dueAtMs } = timer;
    const before = new Set(customer.state.waiting);
    const stimulus = { kind: 'timer', trigger, key, dueAtMs } as const;
    const done = customer.step({ stimulus, messageId: 'timer' }, {});
    if (done.kind !== 'stepped') throw new Error('it is there');
    ends.fired(done);
    expect(done.decisions).toEqual([]);
    for (const { placements } of customer.state.waiting.filter((one) => !before.has(one))) {
      for (const name of placements) {
        expect(isQuiet(customer, name)).toBe(false);
        ends.end(trigger, key, name, 'waiting');
      }
    }
    const { result } = done.due!;
    if (result === 'fired' || result === 'put_off') continue;
    for (const name of timer.placements ?? []) ends.end(trigger, key, name, result);
  }
}

function decided(customer: Customer, { decisions }: Done): void {
  for (const { placement, offers } of decisions) {
    if (isQuiet(customer, placement)) expect(offers).toEqual([]);
    else expect(offers).toHaveLength(1);
  }
}

function isQuiet({ program, state, nowMs }: Customer, placement: string): boolean {
  const { quiet } = program.placements.get(placement)!.definition;
  return quietEndMs(quiet!, customerCalendar(program, state), nowMs) !== null;
}
