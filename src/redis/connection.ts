// Opens a connection to whatever Redis a URL leads to.

import { ClusterConnection } from './cluster-connection.ts';
import type { ConnectionSettings, RedisConnection } from './redis-connection.ts';
import { parseRedisUrl } from './redis-target.ts';
import { SingleConnection } from './single-connection.ts';

/**
 * Opens a connection. It may be used at once: until it is ready, calls are `Unavailable`.
 * @throws SetupFault when the URL is wrong
 */
export function openConnection(settings: ConnectionSettings): RedisConnection {
  const target = parseRedisUrl(settings.url);
  const { replicas = 0, tellsOnwards = false } = settings;
  const mayFailOver = target.kind !== 'single';
  const required = replicas > 0;
  const confirmed = required || (tellsOnwards && mayFailOver);
  const confirmation = confirmed ? { replicas: Math.max(1, replicas), required } : null;
  return target.kind === 'cluster'
    ? new ClusterConnection(settings, target, confirmation)
    : new SingleConnection(settings, target.where, confirmation);
}
