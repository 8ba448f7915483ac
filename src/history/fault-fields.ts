// What a log says of a fault that a loop met. That Redis or ClickHouse is away is expected: a stack
// there, from every loop at every attempt, only hides the line that matters.

import { Unavailable } from '../errors.ts';

export type FaultFields = { readonly reason: string } | { readonly err: unknown };

/** One line of text for what passes by itself, the error with its stack for anything else. */
export function faultFields(error: unknown): FaultFields {
  if (!(error instanceof Error)) return { err: error };
  // Codes are what the system, and ClickHouse, give to their own errors.
  const isExpected = error instanceof Unavailable || 'code' in error;
  if (!isExpected) return { err: error };
  const { cause } = error;
  return { reason: cause instanceof Error ? `${error.message} (${cause.message})` : error.message };
}
