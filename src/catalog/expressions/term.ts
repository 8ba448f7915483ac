// A compiled piece of an expression: its closure, and all that is known of it at load.

import type { Expression, MaybeValue, Scope } from '../../model/value.ts';
import type { StaticType } from './static-type.ts';

/** Reads the milliseconds of a time or duration without making an Instant or Span of them. */
export type MsReader = (scope: Scope) => number | undefined;

/** One compiled node. */
export interface Term {
  readonly type: StaticType;
  /** Of a list's elements and a map's values, `dyn` where not known. */
  readonly element: StaticType;
  readonly run: Expression;
  /** Whether the value is the same in every scope; then it is `value`. */
  readonly pure: boolean;
  readonly value: MaybeValue;
  /** For time and duration, where reading without the wrapper is cheaper. */
  readonly ms: MsReader | null;
  /** A plain read of something that may be absent: `x == null` asks whether it is. */
  readonly read: boolean;
  /** What a group's name may be; null for everything else. */
  readonly members: readonly string[] | null;
  /** Of `firing.trigger`: all that it may be; null for everything else. */
  readonly names: ReadonlySet<string> | null;
  /** What a list literal is made of; null for everything else. */
  readonly items: readonly Term[] | null;
}

interface TermExtras {
  readonly element?: StaticType;
  readonly ms?: MsReader;
  readonly read?: boolean;
  readonly members?: readonly string[] | null;
  readonly names?: ReadonlySet<string>;
  readonly items?: readonly Term[];
}

/** What pure terms are run in: nothing may be read there. */
const NOWHERE = Object.freeze({}) as Scope;

/** A term that depends on the scope. */
export function term(type: StaticType, run: Expression, extras: TermExtras = {}): Term {
  return {
    type,
    element: extras.element ?? 'dyn',
    run,
    pure: false,
    value: undefined,
    ms: extras.ms ?? null,
    read: extras.read ?? false,
    members: extras.members ?? null,
    names: extras.names ?? null,
    items: extras.items ?? null,
  };
}

/** A term that is always `value`. */
export function constant(type: StaticType, value: MaybeValue, extras: TermExtras = {}): Term {
  return { ...term(type, () => value, extras), pure: true, value };
}

/** A term made of others: folded to a constant when all of them are constant. */
export function derived(
  parts: readonly Term[],
  type: StaticType,
  run: Expression,
  extras: TermExtras = {},
): Term {
  for (const part of parts) if (!part.pure) return term(type, run, extras);
  const value = run(NOWHERE);
  if (extras.ms === undefined) return constant(type, value, extras);
  const ms = extras.ms(NOWHERE);
  return constant(type, value, { ...extras, ms: () => ms });
}

/** What stands for an expression that has a fault: checks go on around it. */
export const FAULTY: Term = constant('dyn', undefined);
