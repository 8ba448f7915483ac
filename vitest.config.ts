import { defineConfig } from 'vitest/config';

// Two projects: `unit` needs nothing but Node and takes seconds; `server` files start real servers
// (Redis, ClickHouse, gateways) of their own, on fresh ports and directories.
const server = 'test/**/*.server.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [server],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'server',
          include: [server],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
