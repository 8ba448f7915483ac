// What is to become of two customers who turn out to share a name. Pure.

import {
  type IdentifierRule,
  type IdentifierRules,
  isStrong,
  kindOf,
  kindRank,
  type RefusedMergeReason,
  VISITOR_RULE,
} from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';

/** How the customer of a call and the one who has a name that it gives stand to each other. */
export type Judgement =
  /** They are one. */
  | { readonly kind: 'merge' }
  /** A browser or a device that has another owner now. */
  | { readonly kind: 'take' }
  | { readonly kind: 'refuse'; readonly reason: RefusedMergeReason };

/**
 * @param caller the customer of the call
 * @param holder who has the name
 * @param kind of the name
 */
export function judge(
  caller: CustomerState,
  holder: CustomerState,
  kind: string,
  rules: IdentifierRules,
): Judgement {
  if (!isStrong(kind, rules) && isPerson(caller, rules) && isPerson(holder, rules)) {
    return { kind: 'take' };
  }
  if (isUser(caller, rules) && isUser(holder, rules)) {
    return { kind: 'refuse', reason: 'two_users' };
  }
  return { kind: 'merge' };
}

/** Whether it has a user id. */
export function isUser(state: CustomerState, rules: IdentifierRules): boolean {
  return hasKind(state, rules, (kind) => kind === 'user');
}

/** Whether it has a name that is a person's. */
export function isPerson(state: CustomerState, rules: IdentifierRules): boolean {
  return hasKind(state, rules, (kind) => isStrong(kind, rules));
}

function hasKind(
  state: CustomerState,
  rules: IdentifierRules,
  is: (kind: string) => boolean,
): boolean {
  return is(kindOf(state.customerId, rules)) || state.links.some(({ kind }) => is(kind));
}

/**
 * Whether the first of two stands for both: by the kind of their ids, then by their letters. A total
 * order, so that two who fold the same two at once agree.
 */
export function survives(a: string, b: string, rules: IdentifierRules): boolean {
  const rankA = kindRank(kindOf(a, rules), rules);
  const rankB = kindRank(kindOf(b, rules), rules);
  return rankA === rankB ? a < b : rankA < rankB;
}

/** How many of them one customer has, mostly by hand. */
const USER_RULE: IdentifierRule = {
  ...{ kind: 'user', trait: null, max: 16, windowMs: null, weak: false },
};

/** How names of a kind are used. */
export function ruleOf(kind: string, rules: IdentifierRules): IdentifierRule {
  if (kind === 'anonymous') return VISITOR_RULE;
  return rules.get(kind) ?? USER_RULE;
}

/** Whether somebody said that they are two. */
export function isApart(a: CustomerState, b: CustomerState): boolean {
  return a.apart.includes(b.customerId) || b.apart.includes(a.customerId);
}
