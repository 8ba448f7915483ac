// What may be true after some calls that came at once, by what they were answered: as if one had come after
// the other, in any order.

import type { OneAtATime } from './one-at-a-time.ts';
import type { EventCall, Operation } from './operation.ts';

/** Of which kinds of names a call that is cut may leave out who lost them. */
const LOSERS = [[], ['anonymous'], ['device'], ['device', 'anonymous']];

/** A call, or a part of the first one that came before the rest of it. */
type Step = { readonly of: number } | { readonly before: (model: OneAtATime) => void };

/** @param hasFaults whether calls may have been cut, and made again */
export function endsOf(
  models: readonly OneAtATime[],
  operations: readonly Operation[],
  answers: readonly string[],
  hasFaults: boolean,
): readonly OneAtATime[] {
  const ends: OneAtATime[] = [];
  const tell = (model: OneAtATime, order: readonly Step[], unknown: readonly string[]) => {
    const copy = model.copy();
    const movedOn = new Set<string>();
    for (const step of order) {
      if ('before' in step) step.before(copy);
      else {
        const answer = copy.do(operations[step.of]!, unknown);
        if (!isAnswer(answers[step.of]!, answer)) return movedOn;
      }
      for (const kind of copy.movedOn) movedOn.add(kind);
    }
    ends.push(copy);
    return movedOn;
  };
  const orders = ordersOfCalls(operations);
  for (const model of models) {
    for (const order of orders) {
      const movedOn = tell(model, order, []);
      for (const unknown of hasFaults && movedOn.size > 0 ? LOSERS.slice(1) : []) {
        if (unknown.every((kind) => movedOn.has(kind))) tell(model, order, unknown);
      }
    }
  }
  return ends.length < 2 ? ends : differentOf(ends);
}

/** Done by an attempt that nobody answered, it is not there any more, or a duplicate. */
function isAnswer(answer: string, expected: string): boolean {
  if (answer === expected || answer === `${expected}?`) return true;
  if (answer === 'unknown?') return expected === 'unmerged';
  return answer.replace('?', '') === 'done' && expected.startsWith('done');
}

/**
 * The first call may give several names: then it takes several steps, between which others may come. Who its
 * names stand for is one customer before it is counted; a name on its way from one person to another
 * is a stranger's for a moment.
 */
function ordersOfCalls(operations: readonly Operation[]): readonly (readonly Step[])[] {
  const calls = operations.map((_, of): Step => ({ of }));
  const orders = [...ordersOf(calls)];
  const [first, ...others] = operations;
  if (first?.kind !== 'event' || others.length === 0) return orders;
  const taken = takenBy(first);
  const parts: Step[] = taken.length === 0 ? [] : [{ before: (model) => model.name(first) }];
  for (const view of others) {
    const [name] = view.kind === 'event' ? view.names : [];
    if (name === undefined || !taken.includes(name)) continue;
    if (/^(device|anonymous):/.test(name)) parts.push({ before: (model) => model.detach(name) });
  }
  for (const part of parts) {
    for (const order of ordersOf([part, ...calls])) {
      if (order.indexOf(part) < order.indexOf(calls[0]!)) orders.push(order);
    }
  }
  return orders;
}

function takenBy({ names, previous }: EventCall): readonly string[] {
  return [...names.slice(1), ...(previous === null ? [] : [`anonymous:${previous}`])];
}

function ordersOf<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) =>
    ordersOf(items.toSpliced(i, 1)).map((others) => [item, ...others]),
  );
}

/** Each once. */
function differentOf(ends: readonly OneAtATime[]): readonly OneAtATime[] {
  return [...new Map(ends.map((end) => [JSON.stringify(end, plainSets), end])).values()];
}

function plainSets(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value].sort();
  return value instanceof Set ? [...value].sort() : value;
}
