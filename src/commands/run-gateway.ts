// `proffer gateway`: one gateway process, under a supervisor or alone.

import { CatalogWatch } from '../compose/catalog-watch.ts';
import { composeGateway } from '../compose/gateway.ts';
import { prepareDeployment, toldCatalog } from '../compose/prepare-deployment.ts';
import { tellPublication } from '../compose/tell-publication.ts';
import type { Config } from '../config.ts';
import { surviveHangUps } from '../ops/hang-ups.ts';
import { createLog, type Log } from '../ops/log.ts';
import { revokedKnob } from './kept-keys.ts';
import { redisUrl } from './redis-url.ts';
import { supervisorChannel, untilStopped } from './role-process.ts';

/** Runs until it is told to stop. @returns the exit code */
export async function runGatewayCommand(config: Config): Promise<number> {
  const log = createLog({ name: 'gateway', level: config.PROFFER_LOG_LEVEL });
  surviveHangUps(log);
  const url = redisUrl(config);
  const channel = supervisorChannel();
  const watch =
    config.PROFFER_PUBLISH === 'watch' ? new CatalogWatch(config, () => url, log) : null;
  try {
    if (config.PROFFER_PUBLISH !== 'never') await publishAtStart(config, url, log);
    const gateway = await composeGateway(config, url, log, channel);
    watch?.begin();
    const stopped = untilStopped();
    log.info(`listening on ${config.PROFFER_HOST}:${gateway.port}`);
    channel?.send({ kind: 'ready', port: gateway.port });
    await stopped;
    await watch?.stop();
    await gateway.stop();
    return 0;
  } finally {
    await watch?.stop();
  }
}

async function publishAtStart(config: Config, url: string, log: Log): Promise<void> {
  const { PROFFER_WRITE_KEY: writeKey, PROFFER_ADMIN_KEY: adminKey } = config;
  const given = { writeKey, browserKey: config.PROFFER_BROWSER_KEY, adminKey };
  const catalog = toldCatalog(config, log);
  const prepared = await prepareDeployment(config, url, given, log, { catalog });
  tellPublication(prepared.catalog!, catalog, log);
  for (const name of prepared.revoked) log.warn(revokedKnob(name));
}
