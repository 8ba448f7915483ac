// The moments must see a submission that was done twice, and not see one where there is none.

import { expect, test } from 'vitest';
import { otherDecisions } from './repeated.ts';

const decided = (...ids: readonly string[]) => ({
  decisions: ids.map((decisionId) => ({ decisionId })),
});

test('the same decisions, or none any more, are no others', () => {
  expect(otherDecisions(decided('a'), decided('a'))).toEqual([]);
  expect(otherDecisions(decided('a'), decided())).toEqual([]);
  const batch = { results: [decided('a'), decided('b')] };
  expect(otherDecisions(batch, { results: [decided(), decided('b')] })).toEqual([]);
});

test('another decision is one, also in the place of another event', () => {
  expect(otherDecisions(decided('a'), decided('b'))).toEqual(['b']);
  const batch = { results: [decided('a'), decided('b')] };
  expect(otherDecisions(batch, { results: [decided('b'), decided('c')] })).toEqual(['b', 'c']);
});

test('what the first 200 had let go of may come from a gateway that has it still, once', () => {
  expect(otherDecisions(decided(), decided('a'))).toEqual([]);
  expect(otherDecisions(decided(), decided('a', 'b'))).toEqual(['b']);
});
