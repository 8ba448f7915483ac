// The identifiers that hold under a catalog, as it would write them: `phone: { max: 2 }` changes one
// thing of what it had anyway, and `email: false` removes something.

import { DEFAULT_IDENTIFIERS } from '../model/identity.ts';
import { isMap } from './details.ts';

const DAY_MS = 86_400_000;

const DEFAULTS: ReadonlyMap<string, object> = new Map(
  [...DEFAULT_IDENTIFIERS].map(([kind, { trait, max, windowMs, weak }]) => [
    kind,
    {
      ...(trait !== null && { trait }),
      max,
      ...(weak && { weak }),
      ...(windowMs !== null && { window: `${windowMs / DAY_MS}d` }),
    },
  ]),
);

/** @param written plain JSON, whatever it is */
export function identifiersInForce(
  written: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> {
  const inForce = new Map<string, unknown>(DEFAULTS);
  for (const [kind, value] of written) {
    if (isMap(value)) inForce.set(kind, { ...DEFAULTS.get(kind), ...value });
    else if (value === false || value === null || value === 'off') inForce.delete(kind);
    else inForce.set(kind, value);
  }
  return inForce;
}
