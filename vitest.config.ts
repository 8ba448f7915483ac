import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Two projects: `unit` needs nothing but Node and takes seconds; `server` files start real servers
// (Redis, ClickHouse, gateways) of their own, on fresh ports and directories.
const server = 'test/**/*.server.test.ts';
// Fails a file that leaves processes, servers or sockets behind.
const setupFiles = [fileURLToPath(new URL('./test/support/leak-guard.ts', import.meta.url))];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [server],
          setupFiles,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'server',
          include: [server],
          setupFiles,
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
