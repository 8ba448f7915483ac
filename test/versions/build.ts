/** A checkout that is built. */
export interface Build {
  /** As messages call it. */
  readonly name: string;
  readonly folder: string;
}
