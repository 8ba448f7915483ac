// What has become of what a trigger of time waits for, as a line for the author of a test.

import { calendarOf } from '../model/calendar.ts';
import type { Catalog, TriggerDefinition } from '../model/catalog.ts';
import type { NotFired } from '../model/explanation.ts';
import { blameText } from './blame-text.ts';
import type { TimeStory } from './time-story.ts';
import { silenceText } from './trigger-silence.ts';

/** @param story of that trigger, at the step whose expectation was not met */
export function timeSilenceOf(
  catalog: Catalog,
  trigger: TriggerDefinition,
  story: TimeStory,
): string {
  const { name } = trigger;
  const at = (ms: number) => localText(catalog, ms);
  switch (story.kind) {
    case 'pending':
      return `${name} has not fired yet: it is due at ${at(story.dueAtMs)}`;
    case 'put_off':
      return `${name} fired, and quiet hours put it off until ${at(story.untilMs)}`;
    case 'cancelled':
      return `${name} was due at ${at(story.dueAtMs)} and did not fire: ${story.by} cancelled it`;
    case 'not_fired': {
      const why = whyNot(catalog, trigger, story.why);
      return `${name} was due at ${at(story.dueAtMs)} and did not fire: ${why}`;
    }
    case 'missed':
      return `${name} was due at ${at(story.dueAtMs)} and is missed: that was too long ago`;
    case 'waits':
      return `${name} fired at ${at(story.firedAtMs)}, and waits at ${story.placements.join(', ')}`;
    case 'answered':
      return `${name} fired at ${at(story.firedAtMs)}, and was answered at ${at(story.atMs)}`;
    case 'ended':
      return `${name} fired, and ${story.by} cancelled it before anybody asked`;
    case 'over': {
      const waited = `waited until ${at(story.untilMs)}, and nobody asked`;
      return `${name} fired at ${at(story.firedAtMs)}, ${waited}`;
    }
    case 'in_before':
      return (
        `${name} did not fire: the customer was in ${segmentOf(catalog, trigger)} from the start ` +
        '(`existing: true` is for those, too)'
      );
    case 'not_armed':
      return `${name} was not armed by ${story.by}: ${silenceText(story.why)}`;
    case 'idle':
      return `${name} did not fire: ${idleText(catalog, trigger)}${blameText(story.blame)}`;
  }
}

function whyNot(catalog: Catalog, trigger: TriggerDefinition, why: NotFired): string {
  switch (why.kind) {
    case 'not_in':
      return `the customer is not in ${segmentOf(catalog, trigger)}${blameText(why.blame)}`;
    case 'cooldown':
      return `its \`cooldown\` runs until ${localText(catalog, why.untilMs)}`;
    case 'when': {
      if (!why.isFalse) return `its \`when\` is unknown${blameText(why.blame)}`;
      // What is missing beside it is not what did it.
      return `its \`when\` is false${blameText({ ...why.blame, unknown: [] })}`;
    }
    case 'nothing':
      return 'the customer has as many running cooldowns as can be';
  }
}

/** What it waits for, and what has not come. */
function idleText(catalog: Catalog, trigger: TriggerDefinition): string {
  const { time, on } = trigger;
  switch (time?.kind) {
    case 'enter':
      return `the customer has not come into ${segmentOf(catalog, trigger)}`;
    case 'yearly':
      return `no date is to come of ${time.trait.text}`;
    case 'dates':
      return 'none of its dates is to come';
    case 'predict': {
      const { name } = catalog.features.find(({ slot }) => slot === time.slot)!;
      return `${name} predicts nothing yet`;
    }
    default:
      return `nothing has armed it, which ${(on.any ? ['*'] : on.names).join(', ')} does`;
  }
}

function segmentOf(catalog: Catalog, { time }: TriggerDefinition): string {
  if (time?.kind !== 'enter') return '';
  const { name } = catalog.segments[time.segment]!;
  return time.member === null ? name : `${name}.${time.member}`;
}

/** As tests write a time: of the catalog's timezone, to the minute where it is a whole one. */
function localText({ timezone }: Catalog, atMs: number): string {
  const text = new Date(calendarOf(timezone).localMs(atMs)).toISOString();
  return text.replace(/(:00)?(\.000)?Z$/, '');
}
