// What holds for identifiers where a catalog says nothing, as the reference shows it.

import { DEFAULT_IDENTIFIERS } from '../../model/identity.ts';
import { table } from '../with-sections.ts';

const DAY_MS = 86_400_000;

export function defaultIdentifiers(): string {
  const rows = [...DEFAULT_IDENTIFIERS.values()].map(({ kind, trait, max, windowMs, weak }) => [
    `\`${kind}\``,
    trait === null ? '' : `\`${trait}\``,
    String(max),
    windowMs === null ? '' : `${windowMs / DAY_MS}d`,
    String(weak),
  ]);
  return table(['kind', '`trait`', '`max`', '`window`', '`weak`'], rows);
}
