// What an operator is told when Redis cannot be reached.

import { SetupFault, TransientFault } from '../errors.ts';

/** @param error what `ready` failed with: a SetupFault as it is, anything else with its cause */
export function unreachable(url: string, error: unknown): SetupFault {
  if (error instanceof SetupFault) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  const why = cause === null ? '' : ` (${cause.message})`;
  return new TransientFault(`Redis does not answer at ${withoutPassword(url)}${why}`);
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@').replace(/(Password=)[^&]*/gi, '$1…');
}
