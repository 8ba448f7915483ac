// `proffer up` with stand-ins for its roles and for what it prepares.

import { Redis } from 'ioredis';
import { KEY_NAMES } from '../../../src/commands/kept-keys.ts';
import { runUp } from '../../../src/commands/up.ts';
import { readConfig } from '../../../src/config.ts';
import { SetupFault, TransientFault } from '../../../src/errors.ts';
import { createLog } from '../../../src/ops/log.ts';

/** How often its Redis is away when it prepares. */
let awayTimes = Number(process.env.TEST_AWAY ?? 0);

try {
  const config = readConfig(process.env);
  process.exitCode = await runUp(config, {
    async prepare({ REDIS_URL }, keys) {
      if (awayTimes-- > 0) throw new TransientFault('Redis does not answer');
      if (process.env.TEST_FAULT === 'prepare') throw new SetupFault('catalog cannot be read');
      const redis = new Redis(REDIS_URL ?? '', { disconnectTimeout: 10 });
      await redis.incr('starts');
      redis.disconnect();
      return {
        catalog: { publication: 1, name: 'none', folder: null },
        example: { path: '/v1/track', body: { userId: "o'neill" } },
        revoked: KEY_NAMES.filter((name) => keys[name] === process.env.TEST_REVOKED),
      };
    },
    async restore({ REDIS_URL }) {
      const redis = new Redis(REDIS_URL ?? '', { disconnectTimeout: 10 });
      await redis.incr('restored');
      redis.disconnect();
    },
    ...(process.env.TEST_REDIS_DEADLINE_MS !== undefined && {
      redisDeadlineMs: Number(process.env.TEST_REDIS_DEADLINE_MS),
    }),
    mainPath: process.env.TEST_ROLE ?? '',
    log: createLog({ name: 'supervisor', level: config.PROFFER_LOG_LEVEL, format: 'lines' }),
    environment: process.env,
    print: (text) => process.stdout.write(`${text}\n`),
    isTerminal: process.env.TEST_TERMINAL !== undefined,
  });
} catch (error) {
  if (!(error instanceof SetupFault)) throw error;
  process.stderr.write(`proffer: ${error.message}\n`);
  process.exitCode = 1;
}
