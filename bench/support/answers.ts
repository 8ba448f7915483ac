// What a gateway answers to a fixed stream of events, so that none is faster by answering something
// else. Ids and times that each run makes anew are left out.

import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { seeded, shopEvent } from './events.ts';
import { resultHash } from './machine.ts';

const SEED = 11;
const EVENTS = 400;
/** Few, so that most come often enough to be offered something. */
const CUSTOMERS = 10;
const MADE_ANEW = new Set(['decisionId', 'expiresAt']);

/** By field (`decisions[].placement`), all its values in order, the answers apart. */
export type Answers = ReadonlyMap<string, string>;

/** Asks a gateway that has not served anything yet, one event after the other. */
export async function answersOf(port: number, key: string): Promise<Answers> {
  const random = seeded(SEED);
  const fields = new Map<string, string>();
  for (let i = 0; i < EVENTS; i++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(shopEvent(random, CUSTOMERS, i)),
    });
    const body = (await answer.json()) as JsonObject;
    collect(fields, i, '', { status: answer.status, ...body });
  }
  return fields;
}

/** One line on both: the same, or which fields differ, and whether the same was offered. */
export function answersLine(name: string, that: Answers, mine: Answers): string {
  const all = [...new Set([...that.keys(), ...mine.keys()])].sort();
  const different = all.filter((field) => that.get(field) !== mine.get(field));
  if (different.length === 0) return `answers: the same, ${hashOf(mine, all)} (seed ${SEED})`;
  const offered = all.filter((f) => /^status$|\.(offerId|placement|trigger)$/.test(f));
  const [theirs, ours] = [hashOf(that, offered), hashOf(mine, offered)];
  const verdict =
    theirs === ours
      ? `decisions and offers are the same, ${ours}`
      : `DECISIONS OR OFFERS DIFFER: ${name} ${theirs}, this ${ours}`;
  return `answers differ in ${different.join(', ')}; ${verdict} (seed ${SEED})`;
}

function hashOf(answers: Answers, fields: readonly string[]): string {
  return resultHash(fields.map((field) => `${field}\0${answers.get(field)}\0`).join(''));
}

function collect(
  fields: Map<string, string>,
  answer: number,
  path: string,
  value: JsonValue,
): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(fields, answer, `${path}[]`, one);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value as JsonObject)) {
      const below = path === '' ? key : `${path}.${key}`;
      if (!MADE_ANEW.has(key)) collect(fields, answer, below, one);
    }
  } else fields.set(path, `${fields.get(path) ?? ''}${answer}:${JSON.stringify(value)};`);
}
