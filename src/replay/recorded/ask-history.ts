// Questions to history, as replay has them.

/**
 * Asks history. Numbers and names in `sql` are ours, texts of callers go into `params`.
 * @throws AnswerTooLarge where history gives no answer of that size
 */
export type AskHistory = <Row>(
  sql: string,
  params?: Readonly<Record<string, string>>,
) => Promise<Row[]>;

/** A question to be asked again about fewer records. */
export class AnswerTooLarge extends Error {}
