import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEventShapes, EVENT_TYPES } from '../../src/gateway/event-shapes.ts';
import type { Body } from '../../src/gateway/gateway-parts.ts';
import { EVENT_SCHEMAS } from '../../src/gateway/openapi/request-schemas.ts';

// Two descriptions of an event's shape, the fast one that decides and the one that is published,
// must accept the same bodies. (Consent, who and times are checked beyond both.)
describe('the fast validators and the published schemas', () => {
  const shapes = compileEventShapes();
  const value = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, '', 'text', 'x'.repeat(256), 'x'.repeat(257), true),
    fc.constantFrom<unknown>(0, -1.5, 2 ** 53 - 1, 2 ** 53, -1e300),
    fc.constantFrom<unknown>([], {}, { a: 1 }, ['a'], [[]], 'x'.repeat(64), 'x'.repeat(65)),
  );
  const body = fc.record({
    userId: value,
    anonymousId: value,
    messageId: value,
    timestamp: value,
    sentAt: value,
    event: value,
    name: value,
    properties: value,
    traits: value,
    groupId: value,
    previousId: value,
    context: fc.constantFrom<unknown>(undefined, null, {}, [], 'x', { a: 1 }),
  });

  it.each(EVENT_TYPES.map((type) => [type]))('agree on %s', (type) => {
    let accepted = 0;
    fc.assert(
      fc.property(body, fc.subarray(Object.keys(EVENT_SCHEMAS[type].shape)), (full, kept) => {
        // Bodies with few wrong fields: where all fields vary, hardly any would be valid.
        const base: Record<string, unknown> = {
          userId: 'u',
          event: 'E',
          groupId: 'g',
          previousId: 'p',
        };
        for (const name of kept.slice(0, 2)) base[name] = full[name as keyof typeof full];
        const published = EVENT_SCHEMAS[type].safeParse(base).success;
        const decided = shapes[type](structuredClone(base) as never) === null;
        if (decided) accepted++;
        expect({ base, accepted: decided }).toEqual({ base, accepted: published });
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });

  it.each(EVENT_TYPES)('take an empty list as an empty object in %s, and no other list', (type) => {
    const base = { userId: 'u', event: 'E', groupId: 'g', previousId: 'p' };
    const objects = Object.keys(EVENT_SCHEMAS[type].shape).filter((name) =>
      ['context', 'properties', 'traits'].includes(name),
    );
    for (const name of objects) {
      const body: Body = { ...base, [name]: [] };
      expect(shapes[type](body)).toBeNull();
      expect(body[name]).toEqual({});
      const message = `'${name}' must be an object.`;
      expect(shapes[type]({ ...base, [name]: [[]] })).toEqual({ path: name, message });
    }
    expect(shapes[type]({ ...base, context: { consent: [] } })).toBeNull();
    expect(shapes[type]({ ...base, context: { consent: { categoryPreferences: [] } } })).toBeNull();
    expect(shapes[type]({ ...base, context: { consent: [true] } })?.path).toBe('context.consent');
  });

  it.each(['userId', 'event', 'properties', 'context'])('call nothing that %s brings', (name) => {
    const hostile = { toString: { toString: 1 }, valueOf: 5, length: 3 };
    const body = { userId: 'u', event: 'E', [name]: [hostile] };
    expect(shapes.track(body)?.path).toBe(name);
    if (name === 'userId') expect(shapes.track({ event: 'E', userId: hostile })?.path).toBe(name);
  });

  it('name the field and never repeat what was in it', () => {
    const fault = shapes.track({ userId: 'u', event: 'secret'.repeat(100) });
    expect(fault).toEqual({
      path: 'event',
      message: "'event' may have 256 characters at most.",
    });
  });

  it.each(['userId', 'anonymousId', 'messageId', 'groupId', 'previousId'])(
    'take a number as %s while its digits are all there',
    (name) => {
      const shape = name === 'previousId' ? shapes.alias : shapes.group;
      const body = (id: number) => ({ userId: 'u', groupId: 'g', previousId: 'p', [name]: id });
      for (const id of [42, -7, 1.5, 0, Number.MAX_SAFE_INTEGER]) {
        const taken: Record<string, string | number> = body(id);
        expect(shape(taken)).toBeNull();
        expect(taken[name]).toBe(String(id));
      }
      for (const id of [9_007_199_254_740_993n, -(2n ** 53n), 10n ** 255n]) {
        const taken: Body = { userId: 'u', groupId: 'g', previousId: 'p', [name]: id };
        expect(shape(taken)).toBeNull();
        expect(taken[name]).toBe(String(id));
      }
      expect(shape({ userId: 'u', groupId: 'g', previousId: 'p', [name]: 10n ** 256n })?.path).toBe(
        name,
      );
      // What a double held, that is: digits lost.
      for (const id of [9_007_199_254_740_992, -(2 ** 53), 1e19, 1e300]) {
        const message = `'${name}' is a number beyond 2^53: send it as text.`;
        expect(shape(body(id))).toEqual({ path: name, message });
      }
    },
  );
});
