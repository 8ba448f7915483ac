// What may be true after some calls that came at once, by what they were answered: as if each had been served
// alone, in any order. A call of several names takes several steps, each of which is seen by others; one that
// nobody answered is made again, and may have been done, or a part of it, before; one whose gateway died, and
// which nobody makes again, came to any of its steps. So: whatever can be reached.

import type { OneAtATime } from './one-at-a-time.ts';
import type { Operation } from './operation.ts';
import { PlaceKeys } from './place-keys.ts';

interface Call {
  readonly operation: Operation;
  /** `?` at its end: of an attempt that was not the first. null = nobody made it again. */
  readonly answer: string | null;
  /** By an attempt that nobody answered. */
  readonly isDone: boolean;
}

interface Place {
  readonly model: OneAtATime;
  /** That are not answered yet. */
  readonly left: readonly Call[];
}

/** What is gone through at most. */
const PLACES_MAX = 4_000;

const NOTHING: ReadonlySet<string> = new Set();

/** @returns null = too much is possible to go through it */
export function endsOf(
  models: readonly OneAtATime[],
  operations: readonly Operation[],
  answers: readonly string[],
): readonly OneAtATime[] | null {
  const calls = operations.map((operation, i) => ({
    ...{ operation, isDone: false, answer: answers[i]! },
  }));
  const all = reachedFrom(models.map((model) => ({ model, left: calls })));
  return all && onceOf(all.filter(({ left }) => left.length === 0));
}

/** Nobody knows how far it came. @returns as `endsOf` */
export function endsOfLeft(
  models: readonly OneAtATime[],
  operation: Operation,
): readonly OneAtATime[] | null {
  const left = [{ operation, isDone: false, answer: null }];
  const all = reachedFrom(models.map((model) => ({ model, left })));
  return all && onceOf(all);
}

function onceOf(places: readonly Place[]): readonly OneAtATime[] {
  const keys = new PlaceKeys();
  const once = new Map<string, OneAtATime>();
  for (const { model } of places) {
    once.set(keys.of(model, []), model);
  }
  return [...once.values()];
}

/** null = it is too much. */
function reachedFrom(first: readonly Place[]): readonly Place[] | null {
  const keys = new PlaceKeys();
  const keyOf = ({ model, left }: Place) =>
    keys.of(model, left.map((call) => JSON.stringify(call)).sort());
  const reached = new Map(first.map((place) => [keyOf(place), place]));
  // What is added meanwhile is gone through, too.
  for (const place of reached.values()) {
    for (const next of nextOf(place)) {
      next.model.people.callOver();
      const key = keyOf(next);
      if (!reached.has(key)) reached.set(key, next);
      if (reached.size > PLACES_MAX) return null;
    }
  }
  return [...reached.values()];
}

function* nextOf({ model, left }: Place): Generator<Place> {
  for (const call of left) {
    const { operation, answer, isDone } = call;
    const others = left.filter((each) => each !== call);
    const isAgain = answer === null || answer.endsWith('?');
    for (const remembered of rememberedOf(model, operation)) {
      const after = model.copy();
      const expected = after.do(operation, remembered);
      if (answer === null || isAnswer(answer, expected)) yield { model: after, left: others };
      if (isAgain && !isDone)
        yield { model: after.copy(), left: [...others, { ...call, isDone: true }] };
      if (operation.kind !== 'event' || (!isAgain && others.length === 0)) continue;
      // Who makes it again begins anew; of some it is not known whether it is this or another attempt.
      const goingOn = answer === null ? [false] : isAgain ? [true, false] : [true];
      const names = operation.names.length - 1 + (operation.previous === null ? 0 : 1);
      for (let upTo = 1; upTo <= names; upTo++) {
        for (const isCut of [false, true]) {
          for (const goesOn of goingOn) {
            const partly = model.copy();
            partly.people.leave(operation, upTo, isCut, remembered, goesOn);
            yield { model: partly, left };
          }
        }
      }
    }
    if (isDuplicate(model, operation, isDone) && answer !== null) {
      const expected = operation.kind === 'unmerge' ? 'unknown' : 'done';
      if (answer.replace('?', '') === expected) yield { model: model.copy(), left: others };
    }
  }
}

/**
 * A merge that was taken back by an attempt before is not there any more. A message that was counted for who had
 * its name before is taken for a duplicate, which it is, by a gateway that does not know yet that the name
 * has moved on.
 */
function isDuplicate(model: OneAtATime, operation: Operation, isDone: boolean): boolean {
  if (operation.kind === 'event') return model.wasCounted(operation.messageId);
  return operation.kind === 'unmerge' && isDone;
}

/** A duplicate of an attempt that nobody answered is done, too. */
function isAnswer(answer: string, expected: string): boolean {
  if (answer === expected || answer === `${expected}?`) return true;
  return answer.replace('?', '') === 'done' && expected.startsWith('done');
}

/** What a gateway may remember to have refused, of a customer and names of the call: nothing, or any of it. */
function rememberedOf(model: OneAtATime, operation: Operation): readonly ReadonlySet<string>[] {
  if (operation.kind !== 'event') return [NOTHING];
  const { names, previous } = operation;
  const given = new Set([...names, previous]);
  let all: readonly ReadonlySet<string>[] = [NOTHING];
  for (const pair of model.people.refused) {
    if (!given.has(pair.split(' ')[1]!)) continue;
    all = [...all, ...all.map((each) => new Set([...each, pair]))];
  }
  return all;
}
