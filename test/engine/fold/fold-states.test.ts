// What becomes of a customer whom another is folded into.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { COOLDOWNS_MAX, DECISIONS_MAX, ORPHANS_MAX } from '../../../src/engine/limits.ts';
import { messageKey, seenMessage } from '../../../src/model/seen-messages.ts';
import { emptyState, type Sections } from '../../../src/model/state.ts';
import { StateCodec } from '../../../src/state/codec.ts';
import { anyState } from '../../state/any-state.ts';
import { SEED, sayWhichSeed } from '../features/feature-builders.ts';
import { DAY, HOUR, MINUTE, type Parts, START } from '../support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from '../support/customer.ts';
import { fold, foldStated, numbered, plain, SHOP, two } from './folded-customers.ts';

beforeAll(sayWhichSeed);

describe('a visitor who logs in', () => {
  it('has looked three times, of which once under the name', () => {
    const [user, visitor] = two();
    visitor.track('Look', { brand: 'a' });
    visitor.wait(MINUTE).track('Look', { brand: 'b' });
    user.wait(HOUR).track('Look', { brand: 'a' });
    const { customerChanged } = fold(user, visitor.state);
    expect(user.view()).toMatchObject({
      features: { looks: 3 },
      segments: { keen: true, ann: false },
    });
    expect(customerChanged).toBe(true);
    expect(user.state.memberships).toBe('keen=true');
    // And it goes on: nothing fired by the fold, everything counts from here.
    expect(user.track('Look').decisions).toEqual([]);
    expect(user.view().features.looks).toBe(4);
  });

  it('reports outcomes of what was shown before, once', () => {
    const [user, visitor] = two();
    const decision = only(visitor.decide(['home']));
    visitor.outcome(decision, 'deal', 'impression');
    user.wait(HOUR);
    fold(user, visitor.state);
    expect(user.outcome(decision, 'deal', 'impression').kind).toBe('duplicate');
    expect(user.outcome(decision, 'deal', 'accept').kind).toBe('stepped');
    expect(fateOf(only(user.decide(['home'])), 'deal')).toBe('caps/capped');
    expect(user.view().recentDecisions.map((one) => one.decisionId)).toEqual([decision.decisionId]);
  });

  it('who was never seen is drawn like the visitor ever after', () => {
    const [user, visitor] = two();
    visitor.track('Look');
    fold(user, visitor.state);
    expect(user.state.drawnAs).toBe('anonymous:a1');
    const other = new Customer(SHOP, 'anonymous:a2');
    other.track('Look');
    fold(user, other.state, { mergeId: 'm2' });
    expect(user.state.drawnAs).toBe('anonymous:a1');
    // By whom the other was drawn like, not by its id of today.
    const card = new Customer(SHOP, 'u2');
    fold(card, user.state);
    expect(card.state.drawnAs).toBe('anonymous:a1');
  });

  it('who was known is drawn as before', () => {
    const [user, visitor] = two();
    for (const one of [user, visitor]) one.track('Look');
    fold(user, visitor.state);
    expect(user.state.drawnAs).toBe('');
  });
});

describe('limits', () => {
  it('count what both were given: a cap is passed, and never made room below', () => {
    const [user, visitor] = two();
    for (const one of [user, visitor]) {
      one.decide(['home']);
      one.wait(HOUR).decide(['home']);
    }
    fold(user, visitor.state);
    expect(fateOf(only(user.decide(['home'])), 'deal')).toBe('caps/capped');
    // Of four within a day three are as many as matter: two of the second hour, one of the first.
    expect(user.state.caps.get('deal\ndecision')).toEqual({
      total: 4,
      timesMs: [START, START + HOUR, START + HOUR],
    });
    user.wait(DAY - HOUR);
    expect(offersOf(only(user.decide(['home'])))).toEqual(['deal']);
  });

  it('count contacts of both', () => {
    const [user, visitor] = two();
    user.decide(['home']);
    visitor.decide(['home']);
    for (let i = 0; i < 3; i++) visitor.track('Look');
    fold(user, visitor.state);
    expect([...user.state.contacts]).toEqual([
      ['app', [START, START]],
      ['push', [START]],
    ]);
    expect(offersOf(only(user.decide(['push'])))).toEqual(['news']);
    expect(fateOf(only(user.decide(['push'])), 'news')).toBe('contact_policy/contact_policy');
  });

  it('let a trigger rest as long as the later firing wants', () => {
    const [user, visitor] = two();
    for (let i = 0; i < 3; i++) user.track('Look');
    visitor.wait(HOUR);
    for (let i = 0; i < 3; i++) visitor.track('Look');
    user.wait(2 * HOUR);
    fold(user, visitor.state);
    expect([...user.state.cooldowns]).toEqual([['third', START + HOUR]]);
  });

  it('keep the cooldowns that end last, where there are too many', () => {
    const mine = numbered(COOLDOWNS_MAX, (i) => [`t\n${i}`, START - 2 * i]);
    const other = numbered(COOLDOWNS_MAX, (i) => [`t\nother${i}`, START - 2 * i - 1]);
    const parts: Parts = { triggers: { t: { on: 'X', decide: [], cooldownMs: DAY, per: 'name' } } };
    const { state, customer } = foldStated({ cooldowns: mine }, { cooldowns: other }, parts);
    const kept = [...state.cooldowns.values()];
    expect(kept).toEqual(Array.from({ length: COOLDOWNS_MAX }, (_, i) => START - 511 + i));
    // One that left cannot start before it has ended: there is no room until then.
    customer.nowMs = START + DAY - 512;
    expect(customer.track('X').firings).toEqual([]);
  });

  it('of offers and channels that the catalog lacks are carried along', () => {
    const log = (atMs: number) => ({ total: 1, timesMs: [atMs] });
    const { state } = foldStated(
      { caps: new Map([['gone\ndecision', log(START)]]), contacts: new Map([['sms', [START]]]) },
      {
        caps: new Map([
          ['gone\ndecision', log(START - HOUR)],
          ['older\ndecision', log(START - 31 * DAY)],
        ]),
        contacts: new Map([['sms', [START - DAY]]]),
      },
    );
    expect([...state.caps]).toEqual([
      ['gone\ndecision', { total: 2, timesMs: [START - HOUR, START] }],
    ]);
    expect(state.contacts.get('sms')).toEqual([START - DAY, START]);
  });
});

describe('catalogs that changed in between', () => {
  const features = (...names: string[]): Parts => ({
    features: Object.fromEntries(names.map((name) => [name, { kind: 'count', on: 'X' }])),
    segments: { any: { condition: (scope) => scope.feature(0) === 2, featureSlots: [0] } },
  });

  it('what the catalog lacks is carried along, the survivor’s where both have it', () => {
    const [user, visitor] = two(features('a', 'b'));
    for (const one of [user, visitor]) one.track('X');
    visitor.track('X');
    user.publish(features('b'));
    visitor.publish(features('b'));
    visitor.wait(HOUR).track('X');
    user.wait(DAY).track('X');
    fold(user, visitor.state);
    expect(user.state.features.get('a-id')).toBe(1);
    expect(user.state.features.get('b-id')).toBe(5);
    expect([...user.state.orphans]).toEqual([['a-id', START + HOUR]]);
  });

  it('a state that is behind is brought under the catalog of who folds', () => {
    const [user, visitor] = two(features('a'));
    visitor.track('X');
    visitor.track('X');
    user.publish(features('b', 'c'));
    user.wait(HOUR).track('X');
    user.track('X');
    fold(user, visitor.state);
    expect(user.state.publication).toBe(2);
    expect([...user.state.orphans]).toEqual([['a-id', START + HOUR]]);
    expect(user.state.memberships).toBe('any=true');
  });

  it('no more is carried along than one state may', () => {
    const of = (name: string, atMs: number) => ({
      features: numbered(ORPHANS_MAX, (i): [string, number] => [`${name}${i}`, i]),
      orphans: numbered(ORPHANS_MAX, (i): [string, number] => [`${name}${i}`, atMs + i]),
    });
    const { state } = foldStated(of('mine', START - HOUR), of('other', START - 2 * HOUR));
    expect([...state.features.keys()]).toEqual([...of('mine', 0).features.keys()]);
    expect(state.orphans.size).toBe(ORPHANS_MAX);
  });
});

describe('every section', () => {
  // A new one does not compile before it is here, and fails before it has a rule.
  const full: Sections = {
    traits: new Map([['name', { value: 'Ann', atMs: START }]]),
    consent: new Map([['email', { granted: false, atMs: START }]]),
    orphans: new Map([['gone', START]]),
    cooldowns: new Map([['t', START]]),
    caps: new Map([['deal\ndecision', { total: 1, timesMs: [START] }]]),
    contacts: new Map([['app', [START]]]),
    decisions: [
      {
        ...{ decisionId: 'd', placement: 'home', trigger: null, decidedAtMs: START },
        ...{ offerIds: ['deal'], fallback: false, holdout: false, outcomes: [1] },
      },
    ],
    answers: [{ message: messageKey('m'), record: 9, text: '[{}]' }],
    links: [{ id: 'p', kind: 'phone', value: null, linkedAtMs: 1, renewedAtMs: 1 }],
    merges: [{ mergeId: 'before', from: 'u0', atMs: START }],
    apart: ['u9'],
    drawnAs: 'anonymous:a0',
    timers: [
      {
        ...{ trigger: 't', key: null, dueAtMs: START + HOUR, cause: 'absence', of: '' },
        ...{ placements: null, event: '{}' },
      },
    ],
    waiting: [
      {
        ...{ trigger: 't', key: 'k', placements: ['home'], firedAtMs: START },
        ...{ untilMs: START + HOUR, event: '' },
      },
    ],
    noted: new Map([['abc', 1]]),
    lookAtMs: START - HOUR,
    items: [
      {
        ...{ itemId: 'p1', atMs: START, viewedAtMs: START, boughtAtMs: 0, firstBoughtAtMs: 0 },
        ...{ purchases: 0, inCart: true, cartAtMs: START },
      },
    ],
    preferred: new Map([['app', { accepted: 1, decisions: 2, asOfMs: START }]]),
  };
  const more = {
    ...{ aliases: ['anonymous:x'], records: 9, asOfMs: START, publication: 1 },
    ...{ features: new Map([['gone', 7]]), seen: seenMessage(messageKey('m'), START) },
    ...{ seenSpilledMs: START - HOUR },
  };

  it('goes over to who was never seen', () => {
    const user = new Customer({}, 'u1');
    fold(user, { ...emptyState('anonymous:a1'), ...full, ...more });
    const own = { id: 'anonymous:a1', kind: 'anonymous', value: null };
    expect(plain(user.state)).toEqual({
      ...{ customerId: 'u1', memberships: '', ...full, ...more, records: 1, lookAtMs: START },
      answers: [{ ...full.answers[0], record: 1 }],
      links: [...full.links, { ...own, linkedAtMs: START, renewedAtMs: START }],
      merges: [...full.merges, { mergeId: 'm1', from: 'anonymous:a1', atMs: START }],
    });
  });
});

describe('any two states', () => {
  it('fold into one that can be stored, within its limits, and leave both as they were', () => {
    const codec = new StateCodec();
    const parts: Parts = { features: { a: { kind: 'count', on: 'X' } } };
    fc.assert(
      fc.property(anyState, anyState, fc.nat(), (into, from, atMs) => {
        fc.pre(into.customerId !== from.customerId);
        const customer = new Customer(parts, into.customerId);
        // A step or a fold adds one.
        customer.state = { ...into, records: into.records % 2 ** 40 };
        const { state } = fold(customer, from, { atMs });
        const stored = codec.decode(state.customerId, codec.encode(state));
        expect(plain(stored)).toEqual(plain(state));
        expect(state.asOfMs).toBe(Math.max(into.asOfMs, from.asOfMs, atMs));
        expect(state.decisions.length).toBeLessThanOrEqual(DECISIONS_MAX);
        for (const [key, { total }] of state.caps) {
          expect(total).toBe((into.caps.get(key)?.total ?? 0) + (from.caps.get(key)?.total ?? 0));
        }
        expect(state.links.map(({ id }) => id)).toContain(from.customerId);
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('of which one is empty are the other, and what the fold itself adds', () => {
    const [user] = two();
    user.track('Look');
    user.identify({ name: 'Ann' });
    user.decide(['home']);
    const before = plain(user.state);
    const { customerChanged } = fold(user, emptyState('anonymous:a1'));
    expect(customerChanged).toBe(false);
    const { links, merges, records, answers, ...rest } = plain(user.state);
    expect(before).toMatchObject(rest);
    expect([links.length, merges.length, records]).toEqual([1, 1, before.records + 1]);

    const other = new Customer(SHOP, 'u2');
    other.nowMs = user.nowMs;
    expect(fold(other, user.state).customerChanged).toBe(true);
    const { features, traits, caps, decisions, memberships } = plain(user.state);
    expect(plain(other.state)).toMatchObject({ features, traits, caps, decisions, memberships });
  });
});
