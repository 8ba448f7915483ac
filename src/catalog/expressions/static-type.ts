// What is known of a value before there is one. `dyn` is anything: events, traits and context are
// not typed, so most checks that involve them happen at run time and fail as unknown.

/** A type of the catalog's expressions. Numbers are doubles; there is no int, uint or bytes. */
export type StaticType =
  | 'dyn'
  | 'null'
  | 'bool'
  | 'number'
  | 'string'
  | 'time'
  | 'duration'
  | 'list'
  | 'map';

const SPOKEN: Readonly<Record<StaticType, string>> = {
  dyn: 'any value',
  null: 'null',
  bool: 'true or false',
  number: 'a number',
  string: 'text',
  time: 'a time',
  duration: 'a duration',
  list: 'a list',
  map: 'a map',
};

/** The type as messages say it. */
export function spoken(type: StaticType): string {
  return SPOKEN[type];
}

/** The type of a value that is either: the same, or unknown until run time. */
export function either(a: StaticType, b: StaticType): StaticType {
  return a === b ? a : 'dyn';
}

/** Whether a value of type `a` can be of type `b`. */
export function mayBe(a: StaticType, b: StaticType): boolean {
  return a === b || a === 'dyn' || b === 'dyn';
}
