// What is counted of names and merges.

import type { IdentityCounts } from '../customers/moves-parts.ts';
import type { RefusedMergeReason } from '../model/identity.ts';
import type { Metrics } from '../ops/metrics.ts';

const REASONS: Record<RefusedMergeReason, null> = {
  two_users: null,
  weak_identifier: null,
  too_many: null,
  shared: null,
  invalid: null,
  taken_apart: null,
  unreadable: null,
  names_nobody: null,
};

export function identityCounts(metrics: Metrics): IdentityCounts {
  const linked = metrics.counter(
    'proffer_names_linked_total',
    'Names that became a customer’s own.',
  );
  const merged = metrics.counter(
    'proffer_customers_merged_total',
    'Customers who were folded into another.',
  );
  const refused = metrics.counterBy(
    'proffer_merges_refused_total',
    'Names and customers that were not joined, by why; a refusal within a minute counts once.',
    'reason',
  );
  // There from the start: the first refusal of its kind is a change from 0 that a rate shows.
  for (const reason of Object.keys(REASONS)) refused.of(reason);
  return {
    linked() {
      linked.value++;
    },
    merged() {
      merged.value++;
    },
    refused(reason) {
      refused.of(reason).value++;
    },
  };
}
