// Rows of history, waited for: they arrive a moment after the answer.

import type { ProfferProcess } from './proffer-process.ts';

export interface EventRow {
  readonly type: string;
  readonly event: string;
  readonly message_id: string;
  readonly properties: Record<string, unknown>;
}

/** One read-only query at the analyst endpoint. @throws Error with the engine's own message */
export async function query<T>(proffer: ProfferProcess, sql: string): Promise<T[]> {
  const response = await fetch(`${proffer.sqlUrl}/?default_format=JSONEachRow`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proffer.adminKey}` },
    body: sql,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** The customer's events in history, once there are at least `atLeast` of them. */
export async function eventsOf(
  proffer: ProfferProcess,
  customerId: string,
  atLeast: number,
  timeoutMs = 60_000,
): Promise<EventRow[]> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const isLast = performance.now() >= untilMs;
    const rows = await query<EventRow>(
      proffer,
      `SELECT type, event, message_id, properties FROM events
       WHERE customer_id = '${customerId}' ORDER BY timestamp`,
    );
    if (rows.length >= atLeast || isLast) return rows;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
