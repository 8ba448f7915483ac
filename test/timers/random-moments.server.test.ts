// A thousand histories: HISTORIES=1000 npx vitest run --project long test/timers/random-moments

import { it } from 'vitest';
import { seeded, testSeed } from '../support/seeded.ts';
import { RandomMoments } from './random-moments.ts';
import { RedisOfFile } from './redis-of-file.ts';

const IS_LONG = process.env.PROFFER_TEST_LONG !== undefined;
const HISTORIES = Number(process.env.HISTORIES ?? (IS_LONG ? 300 : 12));
const STEPS = 16;
const MINUTE_MS = 60_000;

const redis = new RedisOfFile();

it('every timer fires once at its time, or is missed; segments are entered as if always looked at', {
  timeout: IS_LONG ? 60 * MINUTE_MS : 4 * MINUTE_MS,
}, async () => {
  const moments = new RandomMoments(redis.connection, seeded(testSeed()));
  for (let n = 0; n < HISTORIES; n++) {
    await redis.flush();
    await moments.history(STEPS);
  }
});
