// What is different between two versions of a catalog, as people are told.

/** One definition that is not what it was. A definition with another name is another one. */
export interface CatalogChange {
  /**
   * `catalog` (name, timezone, customer_timezone, country, currency), `consent identifier event feature
   * segment trigger offer placement channel contact_policy test`; of a section that this build does not know, its name.
   */
  readonly kind: string;
  /** As the catalog names it; of a rule of the contact policy, its channels. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What changed, in the words of the catalog, e.g. `cap 2 in 7d → 3 in 7d`; bounded. */
  readonly details: readonly string[];
}
