// `proffer worker`: one worker process, under a supervisor or alone.

import { composeWorker } from '../compose/worker.ts';
import type { Config } from '../config.ts';
import { surviveHangUps } from '../ops/hang-ups.ts';
import { createLog } from '../ops/log.ts';
import { redisUrl } from './redis-url.ts';
import { supervisorChannel, untilStopped } from './role-process.ts';

/** Runs until it is told to stop. @returns the exit code */
export async function runWorkerCommand(config: Config): Promise<number> {
  const log = createLog({ name: 'worker', level: config.PROFFER_LOG_LEVEL });
  surviveHangUps(log);
  const channel = supervisorChannel();
  const worker = await composeWorker(config, redisUrl(config), process.env, log, channel);
  const stopped = untilStopped();
  if (worker.sqlPort !== null) {
    log.info(`analysts ask at ${config.PROFFER_HOST}:${worker.sqlPort}`);
  }
  if (worker.statusPort !== null) {
    log.info(`metrics and readiness at ${config.PROFFER_HOST}:${worker.statusPort}`);
  }
  channel?.send({ kind: 'ready', port: worker.sqlPort });
  try {
    await Promise.race([stopped, worker.unfit]);
  } finally {
    await worker.stop();
  }
  return 0;
}
