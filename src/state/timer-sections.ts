// Hot path. The sections of what time brings, to bytes and back, as those in sections.ts.

import type { Preference } from '../model/state.ts';
import { FIRING_CAUSES, type Timer, type Waiting } from '../model/timer.ts';
import { type ByteReader, CorruptState } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readTexts, writeTexts } from './sections.ts';

/** The cause, beside what is there: a key, an event, placements. */
const CAUSE_BITS = 0b111;
const HAS_KEY = 8;
const HAS_EVENT = 16;
const IS_PUT_OFF = 32;

export function writeTimers(to: ByteWriter, timers: readonly Timer[]): void {
  for (let i = 0; i < timers.length; i++) {
    const { trigger, key, dueAtMs, cause, of, placements, event } = timers[i]!;
    to.byte(
      FIRING_CAUSES.indexOf(cause) |
        (key === null ? 0 : HAS_KEY) |
        (event === '' ? 0 : HAS_EVENT) |
        (placements === null ? 0 : IS_PUT_OFF),
    );
    to.text(trigger);
    to.timeMs(dueAtMs);
    to.text(of);
    if (key !== null) to.text(key);
    if (event !== '') to.text(event);
    if (placements !== null) writeTexts(to, placements);
  }
}

export function readTimers(from: ByteReader): Timer[] {
  const timers: Timer[] = [];
  while (from.at < from.end) {
    const head = from.byte();
    const cause = FIRING_CAUSES[head & CAUSE_BITS];
    if (cause === undefined) throw new CorruptState('a timer of an unknown cause');
    timers.push({
      cause,
      trigger: from.text(),
      dueAtMs: from.timeMs(),
      of: from.text(),
      key: (head & HAS_KEY) === 0 ? null : from.text(),
      event: (head & HAS_EVENT) === 0 ? '' : from.text(),
      placements: (head & IS_PUT_OFF) === 0 ? null : readTexts(from),
    });
  }
  return timers;
}

export function writeWaiting(to: ByteWriter, waiting: readonly Waiting[]): void {
  for (let i = 0; i < waiting.length; i++) {
    const { trigger, key, placements, firedAtMs, untilMs, event } = waiting[i]!;
    to.byte((key === null ? 0 : HAS_KEY) | (event === '' ? 0 : HAS_EVENT));
    to.text(trigger);
    to.timeMs(firedAtMs);
    to.timeMs(untilMs);
    writeTexts(to, placements);
    if (key !== null) to.text(key);
    if (event !== '') to.text(event);
  }
}

export function readWaiting(from: ByteReader): Waiting[] {
  const waiting: Waiting[] = [];
  while (from.at < from.end) {
    const head = from.byte();
    waiting.push({
      trigger: from.text(),
      firedAtMs: from.timeMs(),
      untilMs: from.timeMs(),
      placements: readTexts(from),
      key: (head & HAS_KEY) === 0 ? null : from.text(),
      event: (head & HAS_EVENT) === 0 ? '' : from.text(),
    });
  }
  return waiting;
}

/** One instant that is the whole section. */
export function writeInstant(to: ByteWriter, atMs: number): void {
  if (atMs !== 0) to.timeMs(atMs);
}

export function readInstant(from: ByteReader): number {
  return from.timeMs();
}

export function writePreferred(to: ByteWriter, preferred: ReadonlyMap<string, Preference>): void {
  for (const [channel, { accepted, decisions, asOfMs }] of preferred) {
    to.text(channel);
    to.double(accepted);
    to.double(decisions);
    to.timeMs(asOfMs);
  }
}

export function readPreferred(from: ByteReader): Map<string, Preference> {
  const preferred = new Map<string, Preference>();
  while (from.at < from.end) {
    const channel = from.text();
    const accepted = from.double();
    const decisions = from.double();
    preferred.set(channel, { accepted, decisions, asOfMs: from.timeMs() });
  }
  return preferred;
}
