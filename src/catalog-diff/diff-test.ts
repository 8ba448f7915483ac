// What changed in a test: what is given, and its steps by their number.

import type { Details, Entries } from './details.ts';
import { diffParts } from './diff-parts.ts';

export function diffTest(from: Entries, to: Entries, details: Details): void {
  diffParts(from, to, details, {
    events(a, b) {
      const [old, now] = [stepsOf(a), stepsOf(b)];
      for (let i = 0; i < Math.max(old.length, now.length); i++) {
        details.compareDeep(`step ${i + 1}`, old[i], now[i], 'plain');
      }
    },
  });
}

function stepsOf(events: unknown): readonly unknown[] {
  return Array.isArray(events) ? events : [events];
}
