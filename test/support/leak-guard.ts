// Vitest set-up file: a test file that leaves a child process or a listening server behind fails.
// What a file leaves, the next run pays for: ports, memory, a machine full of redis-servers.
// Client sockets do not count: `fetch` keeps its connections open for a while on purpose.

import { afterAll } from 'vitest';

/** Resources whose existence after a file is a leak; the names are Node's. */
const LEAKS: readonly string[] = ['ProcessWrap', 'TCPServerWrap', 'PipeServerWrap'];

/** What ends on its own shortly after a test (a closing server, a reaped child); ms. */
const GRACE_MS = 3_000;

const atStart = count();

afterAll(async () => {
  const until = performance.now() + GRACE_MS;
  while (leaks().length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const left = leaks();
  if (left.length > 0) throw new Error(`this test file leaves behind: ${left.join(', ')}`);
});

function leaks(): string[] {
  const now = count();
  return LEAKS.filter((kind) => (now.get(kind) ?? 0) > (atStart.get(kind) ?? 0)).map(
    (kind) => `${kind} (${(now.get(kind) ?? 0) - (atStart.get(kind) ?? 0)} more than before)`,
  );
}

function count(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
