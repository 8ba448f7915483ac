// `tests:`: that they are well formed and name things that exist. A later version runs them.

import { soundPart } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import type { Located } from './located.ts';
import { dateMs } from './parse-date.ts';
import { CALL_NAMES } from './parse-selector.ts';
import { stepShape, testShape } from './shapes/section-shapes.ts';
import { listNames, suggest } from './suggest.ts';

const STEP_KEYS: ReadonlySet<string> = new Set(Object.keys(stepShape.shape));
const OTHER_KEYS = [...STEP_KEYS].filter((key) => key !== 'wait');

/** What stands for no offer. */
const NO_OFFER = 'none';

/** Events a catalog knows: declared, or selected by something; `any` when something selects all. */
export interface KnownEvents {
  readonly names: ReadonlySet<string>;
  readonly any: boolean;
}

export function checkTest(node: Located, events: KnownEvents, context: CompileContext): void {
  const sound = soundPart(testShape, node, context.faults);
  if (sound === null) return;
  const given = sound.node.entries!.get('given')?.entries;
  dateMs(given?.get('now'), context.timezone, context.faults);
  for (const [purpose, choice] of given?.get('consent')?.entries ?? []) {
    const at = { ...choice, offset: choice.keyOffset };
    context.known(purpose, context.declared.consent, 'purpose', at);
  }
  for (const step of sound.node.entries!.get('events')!.items!) checkStep(step, events, context);
}

function checkStep(step: Located, events: KnownEvents, context: CompileContext): void {
  const names = [...step.entries!.keys()].filter((key) => !STEP_KEYS.has(key));
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
}

/** An event that nothing knows makes a test that proves nothing: most likely it is misspelt. */
function checkEvent(name: string, node: Located, events: KnownEvents, context: CompileContext) {
  if (events.any || events.names.has(name) || CALL_NAMES.includes(name)) return;
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
    if (typeof item.value === 'string' && item.value !== NO_OFFER)
      context.known(item.value, offers, 'offer', item);
  }
}
