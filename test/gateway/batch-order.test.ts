import { expect, it } from 'vitest';
import { BatchOrder } from '../../src/gateway/batch-order.ts';
import { type NamedAlias, USER_ALONE, VISITOR_ALONE } from '../../src/model/identity.ts';
import type { Submission } from '../../src/model/step.ts';
import type { Result } from '../../src/pipeline.ts';

const visitor: NamedAlias = { id: 'anonymous:a', kind: 'anonymous', value: null, otherwise: null };
const renamed: NamedAlias = { ...visitor, id: 'a', kind: 'user', otherwise: visitor };

it.each([
  ['a login', visitor],
  ['an alias call, which may mean the visitor', renamed],
])('hands on what a visitor did around %s in its order', async (_, alias) => {
  const handed: string[] = [];
  const done: ((result: Result) => void)[] = [];
  const order = new BatchOrder(({ messageId }) => {
    handed.push(messageId);
    return new Promise((settle) => done.push(settle));
  });
  const hand = (messageId: string, customerId: string, naming: Submission['naming']) =>
    order.hand({ messageId, customerId, naming } as Submission);
  const results = [
    hand('before', visitor.id, VISITOR_ALONE),
    hand('joins', 'u', { ...USER_ALONE, aliases: [alias] }),
    hand('after', visitor.id, VISITOR_ALONE),
    hand('other', 'o', USER_ALONE),
  ];
  expect(handed).toEqual(['before', 'other']);
  for (const next of ['joins', 'after']) {
    done.splice(0).forEach((settle) => {
      settle({} as Result);
    });
    await expect.poll(() => handed.at(-1)).toBe(next);
  }
  done.splice(0).forEach((settle) => {
    settle({} as Result);
  });
  await Promise.all(results);
});
