// Hot path. The sections of the state document, each to bytes and back. A section fills its part of
// the document, so that it needs no count, and an empty one no bytes. Times are deltas within a
// section, so a section does not depend on the ones around it.

import type { JsonValue } from '../model/json.ts';
import type { CapLog, ConsentChoice, KeptAnswer, RecentDecision, Trait } from '../model/state.ts';
import { type ByteReader, CorruptState } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readDecisionId, writeDecisionId } from './decision-id.ts';
import { readValue, writeValue } from './value-codec.ts';

export function writeTexts(to: ByteWriter, texts: readonly string[]): void {
  to.varint(texts.length);
  for (let i = 0; i < texts.length; i++) to.text(texts[i]!);
}

export function readTexts(from: ByteReader): string[] {
  const texts = new Array<string>(from.count());
  for (let i = 0; i < texts.length; i++) texts[i] = from.text();
  return texts;
}

export function writeTraits(to: ByteWriter, traits: ReadonlyMap<string, Trait>): void {
  for (const [name, trait] of traits) {
    to.text(name);
    to.timeMs(trait.atMs);
    writeValue(to, trait.value);
  }
}

export function readTraits(from: ByteReader): Map<string, Trait> {
  const traits = new Map<string, Trait>();
  while (from.at < from.end) {
    const name = from.text();
    const atMs = from.timeMs();
    traits.set(name, { value: readValue(from) as JsonValue, atMs });
  }
  return traits;
}

export function writeConsent(to: ByteWriter, consent: ReadonlyMap<string, ConsentChoice>): void {
  for (const [purpose, choice] of consent) {
    to.text(purpose);
    to.byte(choice.granted ? 1 : 0);
    to.timeMs(choice.atMs);
  }
}

export function readConsent(from: ByteReader): Map<string, ConsentChoice> {
  const consent = new Map<string, ConsentChoice>();
  while (from.at < from.end) {
    const purpose = from.text();
    const granted = from.byte() === 1;
    consent.set(purpose, { granted, atMs: from.timeMs() });
  }
  return consent;
}

/** Name → one time (cooldowns). */
export function writeTimes(to: ByteWriter, times: ReadonlyMap<string, number>): void {
  for (const [name, atMs] of times) {
    to.text(name);
    to.timeMs(atMs);
  }
}

export function readTimes(from: ByteReader): Map<string, number> {
  const times = new Map<string, number>();
  while (from.at < from.end) times.set(from.text(), from.timeMs());
  return times;
}

/** Definition id → one time (orphans). */
export function writeOrphans(to: ByteWriter, orphans: ReadonlyMap<string, number>): void {
  for (const [id, atMs] of orphans) {
    to.id(id);
    to.timeMs(atMs);
  }
}

export function readOrphans(from: ByteReader): Map<string, number> {
  const orphans = new Map<string, number>();
  while (from.at < from.end) orphans.set(from.id(), from.timeMs());
  return orphans;
}

function writeTimeList(to: ByteWriter, timesMs: readonly number[]): void {
  to.varint(timesMs.length);
  for (let i = 0; i < timesMs.length; i++) to.timeMs(timesMs[i]!);
}

function readTimeList(from: ByteReader): number[] {
  const timesMs = new Array<number>(from.count());
  for (let i = 0; i < timesMs.length; i++) timesMs[i] = from.timeMs();
  return timesMs;
}

export function writeCaps(to: ByteWriter, caps: ReadonlyMap<string, CapLog>): void {
  for (const [name, log] of caps) {
    to.text(name);
    to.varint(log.total);
    writeTimeList(to, log.timesMs);
  }
}

export function readCaps(from: ByteReader): Map<string, CapLog> {
  const caps = new Map<string, CapLog>();
  while (from.at < from.end) {
    const name = from.text();
    const total = from.varint();
    caps.set(name, { total, timesMs: readTimeList(from) });
  }
  return caps;
}

export function writeContacts(
  to: ByteWriter,
  contacts: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [channel, timesMs] of contacts) {
    to.text(channel);
    writeTimeList(to, timesMs);
  }
}

export function readContacts(from: ByteReader): Map<string, readonly number[]> {
  const contacts = new Map<string, readonly number[]>();
  while (from.at < from.end) contacts.set(from.text(), readTimeList(from));
  return contacts;
}

// Placements, triggers and offers repeat from decision to decision: a name is written once in the
// section and then referred to by number (0 = a new one follows).
class Names {
  private readonly known = new Map<string, number>();

  write(to: ByteWriter, name: string): void {
    const index = this.known.get(name);
    if (index !== undefined) {
      to.varint(index);
      return;
    }
    this.known.set(name, this.known.size + 1);
    to.byte(0);
    to.text(name);
  }
}

function readName(from: ByteReader, known: string[]): string {
  const index = from.varint();
  if (index === 0) {
    const name = from.text();
    known.push(name);
    return name;
  }
  const name = known[index - 1];
  if (name === undefined) throw new CorruptState('a name is referred to that was not given');
  return name;
}

const FALLBACK = 1;
const HOLDOUT = 2;
const TRIGGERED = 4;

export function writeDecisions(to: ByteWriter, decisions: readonly RecentDecision[]): void {
  const names = new Names();
  for (let i = 0; i < decisions.length; i++) {
    const decision = decisions[i]!;
    const { trigger, offerIds, outcomes } = decision;
    const triggered = trigger === null ? 0 : TRIGGERED;
    to.byte((decision.fallback ? FALLBACK : 0) | (decision.holdout ? HOLDOUT : 0) | triggered);
    writeDecisionId(to, decision.decisionId);
    to.timeMs(decision.decidedAtMs);
    names.write(to, decision.placement);
    if (trigger !== null) names.write(to, trigger);
    to.varint(offerIds.length);
    for (let j = 0; j < offerIds.length; j++) {
      names.write(to, offerIds[j]!);
      to.byte(outcomes[j] ?? 0);
    }
  }
}

export function readDecisions(from: ByteReader): RecentDecision[] {
  const decisions: RecentDecision[] = [];
  const known: string[] = [];
  while (from.at < from.end) {
    const flags = from.byte();
    const decisionId = readDecisionId(from);
    const decidedAtMs = from.timeMs();
    const placement = readName(from, known);
    const trigger = (flags & TRIGGERED) === 0 ? null : readName(from, known);
    const offerIds = new Array<string>(from.count());
    const outcomes = new Array<number>(offerIds.length);
    for (let j = 0; j < offerIds.length; j++) {
      offerIds[j] = readName(from, known);
      outcomes[j] = from.byte();
    }
    const fallback = (flags & FALLBACK) !== 0;
    const holdout = (flags & HOLDOUT) !== 0;
    decisions.push({
      decisionId,
      placement,
      trigger,
      decidedAtMs,
      offerIds,
      fallback,
      holdout,
      outcomes,
    });
  }
  return decisions;
}

export function writeAnswers(to: ByteWriter, answers: readonly KeptAnswer[]): void {
  for (let i = 0; i < answers.length; i++) {
    const { message, record, text } = answers[i]!;
    to.latin1(message);
    to.varint(record);
    to.text(text);
  }
}

export function readAnswers(from: ByteReader): KeptAnswer[] {
  const answers: KeptAnswer[] = [];
  while (from.at < from.end) {
    const start = from.skip(8);
    const message = from.buffer.toString('latin1', start, start + 8);
    answers.push({ message, record: from.varint(), text: from.text() });
  }
  return answers;
}
