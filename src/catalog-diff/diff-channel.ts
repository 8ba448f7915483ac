// What changed in a channel: parts of its kind, or the kind.

import { type Details, isMap, isSame, own } from './details.ts';
import { diffParts } from './diff-parts.ts';

/** @param from and `to`: plain JSON, whatever it is */
export function diffChannel(from: unknown, to: unknown, details: Details): void {
  const [a, b] = [spelledOut(from), spelledOut(to)];
  if (!isMap(a) || !isMap(b)) {
    details.compare('', a, b, 'plain');
    return;
  }
  const kinds = Object.keys(b);
  const [kind = ''] = kinds;
  const [old, now] = [own(a, kind), own(b, kind)];
  // Of the same kind, its name in front of each part says nothing.
  if (kinds.length === 1 && Object.keys(a).length === 1 && isMap(old) && isMap(now)) {
    diffParts(old, now, details);
  } else if (!isSame(a, b)) diffParts(a, b, details);
}

/** `stream` says what `{ stream: {} }` does. */
function spelledOut(value: unknown): unknown {
  if (value === 'stream') return { stream: {} };
  return isMap(value) && own(value, 'stream') === null ? { stream: {} } : value;
}
