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
  itemsShape,
  offerShape,
  placementShape,
  recommenderShape,
  smtpShape,
  stepShape,
  testShape,
  webhookShape,
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
    'keys of triggers': keyTable(sharedTriggerKeys()),
    ...triggerTables(),
    'keys of offers': keyTable(offerShape.shape),
    'keys of budget': keyTable(budgetShape.shape),
    'keys of caps': keyTable(capShape.shape),
    'keys of placements': keyTable(placementShape.shape),
    'keys of webhook': keyTable(webhookShape.shape),
    'keys of smtp': keyTable(smtpShape.shape),
    'keys of items': keyTable(itemsShape.shape),
    'keys of recommenders': keyTable(recommenderShape.shape),
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

/** Keys that all triggers have. */
function sharedTriggerKeys(): Keys {
  const { decide, when, offers, cooldown, wait } = TRIGGER_SHAPES.on.shape;
  return { decide, when, offers, cooldown, wait };
}

/** The keys of each way a trigger comes about, beside those. */
function triggerTables(): Readonly<Record<string, string>> {
  const shared = sharedTriggerKeys();
  return Object.fromEntries(
    Object.entries(TRIGGER_SHAPES).map(([kind, { shape }]) => {
      const own = Object.entries(shape).filter(([key]) => !Object.hasOwn(shared, key));
      return [`keys of ${kind}`, keyTable(Object.fromEntries(own))];
    }),
  );
}

/** @throws Error for a key that says nothing of itself */
function keyTable(keys: Keys): string {
  const rows = Object.entries(keys).map(([key, shape]) => {
    const text = keyTextOf(shape);
    if (text === undefined) throw new Error(`the key ${key} has no text`);
    const { value, meaning, ifAbsent } = text;
    return [`\`${key}\``, value, meaning, ifAbsent ?? '*must be there*'];
  });
  return table(['key', 'value', 'meaning', 'without it'], rows);
}
