// Kinds of identifiers.

import { z } from 'zod';
import { flag, freeText, may, record, span, wholeNumber } from './scalars.ts';

/** Names of one kind that a customer may have; each is kept in the state. */
const NAMES_MAX = 100;

export const identifierShape = record({
  trait: may(
    freeText('the name of a trait such as phone', 100),
    'an identify states it in this trait',
    'it comes in `context.externalIds` alone',
  ),
  max: may(wholeNumber(1, NAMES_MAX), 'how many one customer may have', '3'),
  weak: may(
    flag,
    'it is of a device or a browser, not of a person: it never makes one of two people',
    'false',
  ),
  window: may(span, 'those of this time are counted', 'all that there ever were'),
});

/** What stands for a kind: how it is used, or that it is not. */
export const NO_IDENTIFIER = [false, null, 'off'] as const;

/** For editors; the compiler tells the two apart by itself, and so says what is wrong in a map. */
export const identifierEntry = z
  .union([identifierShape, z.literal(NO_IDENTIFIER)])
  .describe('how identifiers of this kind are used, or false: this kind is none');
