// The part of a condition that is at fault, behind what it ended.

import type { Blame } from '../model/value.ts';

/** `: views[…] >= 3`, and what is missing in it; '' where nothing is to be said. */
export function blameText({ clause, unknown }: Blame): string {
  const missing = unknown.length === 0 ? '' : `${unknown.join(', ')} missing`;
  if (clause === null) return missing === '' ? '' : `: ${missing}`;
  return missing === '' ? `: ${clause}` : `: ${clause} (${missing})`;
}
