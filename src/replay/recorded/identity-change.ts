// What history has of a merge, a merge that was taken back, or a name that went on: what became of a
// customer's state, beside what the customer did.

/** What is in the first row of a record that tells who is who. */
export interface IdentityRow {
  readonly from_id: string;
  readonly canonical_id: string;
  readonly merge_id: string;
  /** base64 */
  readonly from_state: string;
  readonly into_state: string;
}

export type IdentityChange =
  /** `from` was folded into the customer. Documents of both states before it, base64; '' = there was none. */
  | {
      readonly kind: 'fold';
      readonly mergeId: string;
      readonly from: string;
      readonly fromState: string;
      readonly intoState: string;
    }
  /** The customer lost a name to somebody else. */
  | { readonly kind: 'unlink'; readonly name: string }
  /** A merge was taken back. The document of the state after it, base64. */
  | { readonly kind: 'restore'; readonly mergeId: string; readonly state: string };

/** @throws Error for a row that tells of none */
export function identityChange(row: IdentityRow): IdentityChange {
  const { from_id: from, canonical_id, merge_id: mergeId } = row;
  const { from_state: fromState, into_state: intoState } = row;
  if (canonical_id === '') return { kind: 'unlink', name: from };
  if (canonical_id !== from) return { kind: 'fold', mergeId, from, fromState, intoState };
  if (intoState === '') throw new Error('history does not say what a customer was after a merge');
  return { kind: 'restore', mergeId, state: intoState };
}
