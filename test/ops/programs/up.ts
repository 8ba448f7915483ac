// `proffer up` with stand-ins for its roles and for what it prepares.

import { Redis } from 'ioredis';
import { runUp } from '../../../src/commands/up.ts';
import { readConfig } from '../../../src/config.ts';
import { SetupFault } from '../../../src/errors.ts';
import { createLog } from '../../../src/ops/log.ts';

try {
  const config = readConfig(process.env);
  process.exitCode = await runUp(config, {
    async prepare({ REDIS_URL }) {
      if (process.env.TEST_FAULT === 'prepare') throw new SetupFault('catalog cannot be read');
      const redis = new Redis(REDIS_URL ?? '', { disconnectTimeout: 10 });
      await redis.incr('starts');
      redis.disconnect();
      return { path: '/v1/track', body: { userId: "o'neill" } };
    },
    mainPath: process.env.TEST_ROLE ?? '',
    log: createLog({ name: 'supervisor', level: config.PROFFER_LOG_LEVEL, format: 'lines' }),
    environment: process.env,
    print: (text) => process.stdout.write(`${text}\n`),
  });
} catch (error) {
  if (!(error instanceof SetupFault)) throw error;
  process.stderr.write(`proffer: ${error.message}\n`);
  process.exitCode = 1;
}
