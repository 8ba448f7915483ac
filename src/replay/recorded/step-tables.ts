// Where history has the first row of a record that was stepped: what happened, with how it was stepped.

/** A record's first row is in one of these. */
export const STEP_TABLES = [
  ...(['events', 'outcomes', 'decisions', 'due_timers', 'identity_changes'] as const),
] as const;

export type StepTable = (typeof STEP_TABLES)[number];
