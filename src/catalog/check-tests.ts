// `tests:`: that they are well formed and name things that exist. read-tests.ts makes of them what is
// run.

import { DURATION_MS_MAX } from '../model/duration.ts';
import { outcomeKindOf } from '../model/outcome-events.ts';
import { soundPart } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import { quote } from './fault.ts';
import type { Located } from './located.ts';
import { dateMs } from './parse-date.ts';
import { CALL_NAMES } from './parse-selector.ts';
import { stepMs } from './read-tests.ts';
import { stepShape, testShape } from './shapes/section-shapes.ts';
import { listNames, suggest } from './suggest.ts';
import { eventNames, GRANTED, NO_OFFER, STEP_KEYS } from './test-words.ts';

const OTHER_KEYS = [...STEP_KEYS].filter((key) => key !== 'wait');

/** Steps of one test. */
export const STEPS_MAX = 1_000;

/** Events a catalog knows: declared, or selected by something; `any` when something selects all. */
export interface KnownEvents {
  readonly names: ReadonlySet<string>;
  readonly any: boolean;
}

export function checkTest(node: Located, events: KnownEvents, context: CompileContext): void {
  const sound = soundPart(testShape, node, context.faults);
  if (sound === null) return;
  const given = sound.node.entries!.get('given')?.entries;
  checkStart(given?.get('now'), context);
  for (const [purpose, choice] of given?.get('consent')?.entries ?? []) {
    const at = { ...choice, offset: choice.keyOffset };
    context.known(purpose, context.declared.consent, 'purpose', at);
    if (GRANTED.has(choice.value)) continue;
    const found = quote(choice.value);
    const expected = 'granted or denied';
    context.faults.at(choice, `found ${found}, expected ${expected}`, { found, expected });
  }
  const steps = sound.node.entries!.get('events')!.items!;
  if (steps.length > STEPS_MAX) {
    context.faults.at(steps[STEPS_MAX]!, `more than ${STEPS_MAX} steps in one test`);
  }
  let ms = 0;
  for (const step of steps.slice(0, STEPS_MAX)) {
    const sane = checkStep(step, events, context);
    const before = ms;
    if (sane !== null) ms += stepMs(sane);
    if (ms > DURATION_MS_MAX && before <= DURATION_MS_MAX) {
      context.faults.at(step, 'more than a hundred years pass in one test');
    }
  }
}

function checkStart(now: Located | undefined, context: CompileContext): void {
  const startMs = dateMs(now, context.timezone, context.faults);
  if (startMs === null || startMs >= 0) return;
  const found = quote(now!.value);
  const expected = 'a date from 1970 on: events before that are refused';
  context.faults.at(now!, `found ${found}, expected ${expected}`, { found, expected });
}

/** @returns what of the step, beside its event, is right; null where nothing is. */
function checkStep(
  step: Located,
  events: KnownEvents,
  context: CompileContext,
): ReadonlyMap<string, Located> | null {
  const names = eventNames(step.entries!);
  const waits = step.entries!.has('wait');
  if (names.length !== (waits ? 0 : 1)) {
    const expected = `one event or wait, and beside it ${OTHER_KEYS.join(', ')}`;
    const found =
      names.length === 0 ? 'no event' : [...(waits ? ['wait'] : []), ...names].join(' and ');
    const misspelt = names.find((key) => suggest(key, STEP_KEYS) !== null);
    context.faults.at(step, `found ${found}, expected ${expected}`, {
      found,
      expected,
      suggestion: misspelt === undefined ? null : suggest(misspelt, STEP_KEYS),
    });
  }
  for (const name of names) {
    const node = step.entries!.get(name)!;
    if (names.length === 1) checkEvent(name, { ...node, offset: node.keyOffset }, events, context);
    if (node.entries === null && node.value !== null) {
      context.faults.at(node, 'found no map, expected the properties of the event');
    }
  }
  const entries = new Map([...step.entries!].filter(([key]) => STEP_KEYS.has(key)));
  const value = Object.fromEntries([...entries].map(([key, entry]) => [key, entry.value]));
  const sound = soundPart(stepShape, { ...step, entries, value }, context.faults);
  for (const [placement, expected] of sound?.node.entries?.get('expect')?.entries ?? []) {
    checkExpectation(placement, expected, context);
  }
  return sound?.node.entries ?? null;
}

/** An event that nothing knows makes a test that proves nothing: most likely it is misspelt. */
function checkEvent(name: string, node: Located, events: KnownEvents, context: CompileContext) {
  if (events.any || events.names.has(name) || CALL_NAMES.includes(name)) return;
  // What became of an offer is counted whether or not the catalog names the event.
  if (outcomeKindOf({ type: 'track', name }) !== null) return;
  const some = events.names.size > 0;
  const expected = some ? `one of ${listNames(events.names)}` : null;
  const end = some ? `, expected ${expected}` : ': none are defined';
  context.faults.at(node, `nothing in the catalog knows the event "${name}"${end}`, {
    found: name,
    expected,
    suggestion: suggest(name, events.names),
  });
}

function checkExpectation(placement: string, node: Located, context: CompileContext): void {
  const { placements, offers } = context.declared;
  const at = { ...node, offset: node.keyOffset };
  context.known(placement, placements, 'placement', at);
  for (const item of node.items ?? [node]) {
    if (typeof item.value === 'string' && item.value !== NO_OFFER) {
      context.known(item.value, offers, 'offer', item);
    } else if (item.value === NO_OFFER && node.items !== null && node.items.length > 1) {
      context.faults.at(item, `found "${NO_OFFER}" beside offers, expected one or the other`);
    }
  }
}
