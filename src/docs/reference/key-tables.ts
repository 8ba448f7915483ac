// Tables of keys, read off the shapes that validate.

import { FEATURE_SHAPES } from '../../catalog/shapes/feature-shapes.ts';
import { keyTextOf } from '../../catalog/shapes/scalars.ts';
import {
  budgetShape,
  capShape,
  consentShape,
  contactRuleShape,
  eventShape,
  givenShape,
  identifierShape,
  offerShape,
  placementShape,
  stepShape,
  testShape,
} from '../../catalog/shapes/section-shapes.ts';
import { TRIGGER_SHAPES } from '../../catalog/shapes/trigger-shapes.ts';
import { table } from '../with-sections.ts';

type Keys = Readonly<Record<string, object>>;

/** Tables by the name of their marker. */
export function keyTables(): Readonly<Record<string, string>> {
  return {
    'keys of consent': keyTable(consentShape.shape),
    'keys of identifiers': keyTable(identifierShape.shape),
    'keys of events': keyTable(eventShape.unwrap().shape),
    'keys of triggers': keyTable(TRIGGER_SHAPES.on.shape, ['unless', 'after']),
    'keys of offers': keyTable(offerShape.shape),
    'keys of budget': keyTable(budgetShape.shape),
    'keys of caps': keyTable(capShape.shape),
    'keys of placements': keyTable(placementShape.shape, ['quiet']),
    'keys of contact_policy': keyTable(contactRuleShape.shape),
    'keys of tests': keyTable(testShape.shape),
    'keys of given': keyTable(givenShape.shape),
    'keys of steps': keyTable(stepShape.shape),
    'keys of features': keyTable(sharedKeys()),
  };
}

/** Keys of features beside the one that tells the kind. */
function sharedKeys(): Keys {
  const { sum, affinity } = FEATURE_SHAPES;
  const { of, by, where, window, keep } = sum.shape;
  return { of, by, where, window, keep, half_life: affinity.shape.half_life };
}

/**
 * @param notYet keys that are refused for now
 * @throws Error for a key that says nothing of itself
 */
function keyTable(keys: Keys, notYet: readonly string[] = []): string {
  const rows = Object.entries(keys).map(([key, shape]) => {
    const text = keyTextOf(shape);
    if (text === undefined) throw new Error(`the key ${key} has no text`);
    const { value, meaning, ifAbsent } = text;
    const later = notYet.includes(key) ? ' ([not yet](#not-yet))' : '';
    return [`\`${key}\``, value, meaning + later, ifAbsent ?? '*must be there*'];
  });
  return table(['key', 'value', 'meaning', 'without it'], rows);
}
