/** One step of a path: a key, and whether its value is a list to walk (`[]`). */
export interface PathStep {
  readonly key: string;
  readonly each: boolean;
}

/** `properties.products[].brand`: a root of the event, then steps. */
export interface Path {
  readonly root: 'properties' | 'traits' | 'context';
  readonly steps: readonly PathStep[];
  /** As written, for messages and definition ids. */
  readonly text: string;
}
