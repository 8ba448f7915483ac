// Names, `a.b` and `a[b]`: features and segments change by time, what is read of a request or a trait
// does not.

import type { MaybeValue, Outlook } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { keyText } from '../own.ts';
import { type Root, rootOf, selection } from '../roots.ts';
import type { StaticType } from '../static-type.ts';
import {
  earliest,
  FOREVER,
  type Foreseeing,
  type Horizon,
  moving,
  sameUntil,
  steady,
} from './horizon.ts';

/** Of what a formula may be that moves. */
const MOVING: ReadonlySet<StaticType> = new Set(['time', 'duration', 'dyn']);

/** A feature without keys, or one key of one that has them. */
interface FeatureRead {
  readonly slot: number;
  /** The key in a scope, undefined where it is none; null for a feature without keys. */
  readonly key: ((scope: Outlook) => string | undefined) | null;
  /** Of the key. */
  readonly keyHorizon: Horizon;
}

/** What says for itself until when a test of it has the same outcome, as Outlook.testUntil. */
export interface Testable {
  testUntil(scope: Outlook, test: (value: MaybeValue) => MaybeValue): number;
  readonly wide: boolean;
}

/** A name, `a.b` or `a[b]`. */
export function readHorizon(
  foreseeing: Foreseeing,
  ast: Extract<Ast, { op: 'id' | '.' | '[]' }>,
): Horizon {
  const whole = rootOf(foreseeing.compiling, ast);
  if (whole !== null) return wholeHorizon(whole);
  // A macro's variable: asked about where the macro is.
  if (ast.op === 'id') return FOREVER;
  const read = featureRead(foreseeing, ast);
  if (read !== null) return keyHorizon(read);
  const selected = selection(ast);
  const root = selected === null ? null : rootOf(foreseeing.compiling, selected.of);
  if (root?.kind === 'segment') return segmentHorizon(foreseeing, selected!.name);
  if (root !== null && root.kind !== 'feature') return FOREVER;
  const parts = ast.op === '[]' ? ast.args : [ast.args[0] as Ast];
  return earliest(parts.map((part) => foreseeing.horizon(part)));
}

/** One value of a feature; null for all else. */
export function testableRead(foreseeing: Foreseeing, ast: Ast): Testable | null {
  const read = featureRead(foreseeing, ast);
  if (read === null) return null;
  const { slot, key, keyHorizon } = read;
  return {
    testUntil(scope, test) {
      const text = key === null ? null : key(scope);
      if (text === undefined) return keyHorizon.until(scope);
      return Math.min(sameUntil(keyHorizon, scope), scope.testUntil(slot, text, test));
    },
    wide: keyHorizon.wide,
  };
}

function featureRead(foreseeing: Foreseeing, ast: Ast): FeatureRead | null {
  const { compiling } = foreseeing;
  const whole = rootOf(compiling, ast);
  if (whole !== null) {
    if (whole.kind !== 'feature' || whole.feature.keyed) return null;
    return { slot: whole.feature.slot, key: null, keyHorizon: FOREVER };
  }
  if (ast.op !== '.' && ast.op !== '[]') return null;
  const selected = selection(ast);
  const root = rootOf(compiling, selected?.of ?? (ast.args[0] as Ast));
  if (root?.kind !== 'feature' || !root.feature.keyed) return null;
  const { slot } = root.feature;
  if (selected !== null) {
    const { name } = selected;
    return { slot, key: () => name, keyHorizon: FOREVER };
  }
  const keyAst = ast.args[1] as Ast;
  const { run } = foreseeing.value(keyAst);
  return { slot, key: (scope) => keyText(run(scope)), keyHorizon: foreseeing.horizon(keyAst) };
}

function keyHorizon({ slot, key, keyHorizon }: FeatureRead): Horizon {
  const changes = steady((scope) => {
    const text = key!(scope);
    return text === undefined ? Number.POSITIVE_INFINITY : scope.featureAtUntil(slot, text);
  });
  return earliest([changes, keyHorizon]);
}

function wholeHorizon(root: Root): Horizon {
  if (root.kind === 'now') return moving(FOREVER.until, () => 1);
  if (root.kind !== 'feature') return FOREVER;
  const { slot, type, keyed } = root.feature;
  return {
    until: (scope) => scope.featureUntil(slot),
    pace: (scope) => scope.featurePace(slot),
    moves: !keyed && MOVING.has(type),
    wide: keyed,
  };
}

function segmentHorizon({ compiling }: Foreseeing, name: string): Horizon {
  const { index } = compiling.names.segments.get(name)!;
  return steady((scope) => scope.segmentUntil(index));
}
