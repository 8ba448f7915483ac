// Hot path. Conditions that many offers have alike. A campaign's offers are for the same customers,
// and thousands of them may stand at one placement: what they share is asked once for each use of the
// scope and for each firing, which is all that a condition can depend on.

import type { Condition } from '../../model/value.ts';
import type { Counters } from '../counters.ts';
import type { StateScope } from '../scope.ts';

/** A condition, with what came of it last. */
export interface SharedTest {
  readonly condition: Condition;
  /** For which use of the scope, and of which firing. */
  use: number;
  firingKey: string | undefined;
  firingTrigger: string | undefined;
  held: boolean | undefined;
}

const NO_FIRING = { firingKey: undefined, firingTrigger: undefined };

/** For each of the conditions its test; null for one that no other is the same as. */
export function sharedTests(conditions: readonly (Condition | null)[]): (SharedTest | null)[] {
  const tests = new Map<Condition, SharedTest>();
  const repeated = new Set<Condition>();
  for (const condition of conditions) {
    if (condition === null) continue;
    if (tests.has(condition)) repeated.add(condition);
    else tests.set(condition, { condition, use: -1, ...NO_FIRING, held: undefined });
  }
  return conditions.map((condition) =>
    condition !== null && repeated.has(condition) ? tests.get(condition)! : null,
  );
}

/** As `holds`: unknown is no match, and counted for everyone who asks. */
export function passes(test: SharedTest, scope: StateScope, counters: Counters): boolean {
  if (
    test.use !== scope.use ||
    test.firingKey !== scope.firingKey ||
    test.firingTrigger !== scope.firingTrigger
  ) {
    test.held = test.condition(scope);
    test.use = scope.use;
    test.firingKey = scope.firingKey;
    test.firingTrigger = scope.firingTrigger;
  }
  if (test.held === undefined) counters.conditionsUnknown++;
  return test.held === true;
}
