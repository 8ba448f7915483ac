// What a trigger waits for that is no event at once: the absence of events, a segment that is entered, a
// date, a prediction.

import type { LocalDateTime, Path, TimeDefinition, TriggerDefinition } from '../model/catalog.ts';
import { durationMs } from '../model/duration.ts';
import type { CompileContext } from './compile-context.ts';
import type { Located } from './located.ts';
import { datesOf } from './parse-dates.ts';
import { parseSelector, SELECTS_NOTHING } from './parse-selector.ts';
import { parseTrait } from './parse-trait.ts';
import { timeOfDayMs } from './shapes/scalars.ts';
import type { TRIGGER_KINDS } from './shapes/trigger-shapes.ts';
import { listNames, suggest } from './suggest.ts';
import { type TimeMeanings, type TimeSettings, timeId } from './time-ids.ts';

export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** A key of a trigger; undefined where it is not there. */
export type KeyOf = (name: string) => Located | undefined;

/** What fires or arms a trigger. */
export type Waiting = Pick<TriggerDefinition, 'on' | 'time'>;

const TIME_DEFAULT = '09:00';
/** How long a date is spread over all customers. */
const OVER_DEFAULT_MS = 600_000;

/** Whether an event arms a trigger that fires later. */
export function isOfAbsence(key: KeyOf): boolean {
  return key('unless') !== undefined || key('after') !== undefined;
}

/** That an absence has an end; a misspelt one is said where it stands. */
export function checkAbsence({ entries }: Located, { faults }: CompileContext): void {
  const unless = entries!.get('unless');
  if (unless === undefined || entries!.has('after')) return;
  if ([...entries!.keys()].some((key) => suggest(key, ['after']) !== null)) return;
  const why = '`unless` needs `after`: how long it is waited for, such as 1h';
  faults.at(unless, why, { expected: 'after', offset: unless.keyOffset });
}

/** What a trigger waits for; null after a fault. */
export function compileWaiting(
  trigger: string,
  kind: TriggerKind,
  key: KeyOf,
  context: CompileContext,
  meanings: TimeMeanings,
): Waiting | null {
  const on = kind === 'on' ? parseSelector(key('on')!, context.faults) : SELECTS_NOTHING;
  if (kind === 'on' && !isOfAbsence(key)) return { on, time: null };
  const settings = settingsOf(kind, key, context);
  if (settings === null) return null;
  return { on, time: { ...settings, id: timeId(trigger, settings, meanings) } as TimeDefinition };
}

function settingsOf(kind: TriggerKind, key: KeyOf, context: CompileContext): TimeSettings | null {
  switch (kind) {
    case 'on':
      return absenceOf(key, context);
    case 'enter':
      return enterOf(key, context);
    case 'at':
      return atOf(key, context);
    case 'predict':
      return predictOf(key, context);
  }
}

function absenceOf(key: KeyOf, { faults }: CompileContext): TimeSettings | null {
  const unless = key('unless');
  const after = key('after');
  const cancels = unless === undefined ? null : parseSelector(unless, faults);
  if (after === undefined) return null;
  return { kind: 'absence', unless: cancels, afterMs: msOf(after, 0) };
}

function enterOf(key: KeyOf, context: CompileContext): TimeSettings | null {
  const node = key('enter')!;
  const text = node.value as string;
  // As conditions have it: segment.lapsed.
  const prefixed = text.startsWith('segment.') ? text.slice('segment.'.length) : null;
  const [name = '', ...rest] = text.split('.');
  const { segments } = context.declared;
  if (prefixed !== null && segments.has(prefixed.split('.')[0]!)) {
    const found = { found: text, suggestion: prefixed };
    context.faults.at(node, `found "${text}", expected the name of a segment alone`, found);
    return null;
  }
  if (!context.known(name, segments, 'segment', node)) return null;
  const { index, members } = segments.get(name)!;
  if (members === null && rest.length > 0) {
    const found = { found: text, suggestion: name };
    context.faults.at(node, `"${name}" is a segment without members: name it alone`, found);
    return null;
  }
  if (members !== null && rest.length === 0) {
    const expected = `one of ${listNames([...members.keys()].map((each) => `${name}.${each}`))}`;
    const detail = { found: text, expected };
    context.faults.at(node, `"${text}" is a group, expected ${expected}`, detail);
    return null;
  }
  const member = members === null ? null : rest.join('.');
  if (member !== null && !context.known(member, members!, 'member', node)) return null;
  const existing = key('existing')?.value === true;
  return { kind: 'enter', segment: index, member, existing, overMs: msOf(key('over'), 0) };
}

function atOf(key: KeyOf, context: CompileContext): TimeSettings | null {
  const node = key('at')!;
  const leadMs = msOf(key('lead'), 0);
  const timeMs = timeOfDayMs((key('time')?.value as string | undefined) ?? TIME_DEFAULT);
  const at = dayOf(node, timeMs, context);
  const yearly = at !== null && 'root' in at;
  const stray = at === null ? undefined : key(yearly ? 'over' : 'once');
  if (stray !== undefined) {
    const why = yearly
      ? '`over` goes with dates, which come for all customers at once: a trait has each customer’s own'
      : '`once` goes with a trait, whose date comes every year: a date that is written here comes once';
    context.faults.at(stray, why, { offset: stray.keyOffset });
    return null;
  }
  if (at === null) return null;
  if ('root' in at) {
    return { kind: 'yearly', trait: at, timeMs, leadMs, once: key('once')?.value === true };
  }
  return { kind: 'dates', dates: at, leadMs, overMs: msOf(key('over'), OVER_DEFAULT_MS) };
}

/** A trait, or dates. */
function dayOf(
  node: Located,
  timeMs: number,
  { faults }: CompileContext,
): Path | readonly LocalDateTime[] | null {
  const isDates = node.items !== null || /^\s*[\d+-]/.test(String(node.value));
  if (isDates) return datesOf(node.items ?? [node], timeMs, faults);
  return parseTrait(node, 'a trait such as traits.birthday, or a date such as 2027-02-06', faults);
}

function predictOf(key: KeyOf, context: CompileContext): TimeSettings | null {
  const node = key('predict')!;
  const { features } = context.declared;
  const name = node.value as string;
  if (!context.known(name, features, 'feature', node)) return null;
  const { slot, kind, keyed } = features.get(name)!;
  if (kind !== 'interval' || !keyed) {
    const keyedOnes = [...features.values()].filter(
      (each) => each.kind === 'interval' && each.keyed,
    );
    const names = listNames(keyedOnes.map((each) => each.name));
    const expected = keyedOnes.length === 0 ? null : `one of ${names}`;
    const hint = kind === 'interval' ? ': give it `by`' : '';
    context.faults.at(node, `"${name}" is no interval feature with \`by\`${hint}`, {
      ...{ found: name, expected },
    });
    return null;
  }
  return { kind: 'predict', slot, leadMs: msOf(key('lead'), 0) };
}

function msOf(node: Located | undefined, ifAbsent: number): number {
  return node === undefined ? ifAbsent : durationMs(node.value as string)!;
}
