// What both services of the afternoon comparison are asked: two processes of each on one Redis, and
// what their state and their ledger say afterwards.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type PrivateRedis, startPrivateRedis } from '../../test/support/private-redis.ts';
import { ADMIN_KEY, readyPort, startGatewayProcess, WRITE_KEY } from './gateway-process.ts';
import type { ServerProcess, Side } from './side.ts';

export interface Contender extends Side {
  /** Signals nothing, waits for nothing: SIGKILL; then starts it again, on another port. */
  killAndRestart(index: number): Promise<void>;
  /** How often a message is in the ledger. */
  ledger(): Promise<ReadonlyMap<string, number>>;
  /** Events of a customer as the state counts them, and the weight of the liked category. */
  customer(userId: string): Promise<{ readonly events: number; readonly likes: number }>;
}

/** For the scenario: every `Flash Seen` fires, and its offer may be shown three times a week. */
export const FLASH_CAP = 3;
export const FLASH_CATALOG = `
features:
  flash_events: { count: Flash Seen }
  flash_likes: { affinity: properties.category, of: Flash Seen, half_life: 7d }
triggers:
  flash: { on: Flash Seen, when: "true", decide: pos_screen, offers: [flash] }
offers:
  flash:
    value: 5
    caps: [{ max: ${FLASH_CAP}, window: 7d }]
    treatments: { pos_screen: { line: Flash } }
`;

/** @param catalog with FLASH_CATALOG in it */
export async function startOurs(
  catalog: string,
  dataDir: string,
  processes: number,
): Promise<Contender> {
  const redis = await startPrivateRedis();
  const start = () => startGatewayProcess({ catalog, dataDir, redisUrl: redis.socket });
  const servers = await startAll(start, processes);
  return {
    ...common('Proffer', redis, servers, start),
    async ledger() {
      const client = redis.connect();
      const found = new Map<string, number>();
      for (const key of await client.keys('*:ledger')) {
        for (const [, [, text = '']] of await client.xrange(key, '-', '+')) {
          const id = /^e\{"message_id":"([^"]+)"/m.exec(text)?.[1];
          if (id !== undefined) found.set(id, (found.get(id) ?? 0) + 1);
        }
      }
      return found;
    },
    async customer(userId) {
      const answer = await fetch(`http://127.0.0.1:${servers[0]!.port}/v1/customers/${userId}`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      const { features } = (await answer.json()) as {
        features: { flash_events: number; flash_likes: Record<string, number> };
      };
      return { events: features.flash_events, likes: features.flash_likes.flash ?? 0 };
    },
  };
}

export async function startAfternoon(processes: number): Promise<Contender> {
  const redis = await startPrivateRedis();
  const path = fileURLToPath(new URL('../afternoon/server.ts', import.meta.url));
  const start = async (): Promise<ServerProcess> => {
    const child = fork(path, [redis.socket, WRITE_KEY], { execArgv: ['--import', 'tsx'] });
    return { child, port: await readyPort(child) };
  };
  const servers = await startAll(start, processes);
  return {
    ...common('an afternoon', redis, servers, start),
    async ledger() {
      const found = new Map<string, number>();
      for (const [, [, text]] of await redis.connect().xrange('afternoon:ledger', '-', '+')) {
        const { messageId } = JSON.parse(text!) as { messageId: string };
        found.set(messageId, (found.get(messageId) ?? 0) + 1);
      }
      return found;
    },
    async customer(userId) {
      const hash = await redis.connect().hgetall(`afternoon:{${userId}}:customer`);
      const likes = JSON.parse(hash.likes ?? '{}') as Record<string, { weight: number }>;
      return { events: Number(hash.events ?? 0), likes: likes.flash?.weight ?? 0 };
    },
  };
}

/** One after the other: the first may have something to prepare. */
async function startAll(start: () => Promise<ServerProcess>, count: number) {
  const servers: ServerProcess[] = [];
  for (let i = 0; i < count; i++) servers.push(await start());
  return servers;
}

function common(
  name: string,
  redis: PrivateRedis,
  servers: ServerProcess[],
  start: () => Promise<ServerProcess>,
) {
  return {
    name,
    servers,
    redisPids: [redis.pid],
    async killAndRestart(index: number) {
      await killed(servers[index]!.child);
      servers[index] = await start();
    },
    async stop() {
      await Promise.all(servers.map(({ child }) => killed(child)));
      await redis.stop();
    },
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
