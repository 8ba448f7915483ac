// Everything as it runs for real, in processes of their own: `proffer up` (Redis with its file,
// worker, gateways) and ClickHouse behind a proxy that can make it slow or unreachable; or the
// embedded engine instead.

import { type ProfferProcess, startProffer } from '../../test/support/proffer-process.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { startClickHouseProcess } from './clickhouse-process.ts';
import type { Ask } from './history-account.ts';
import type { Watched } from './process-samples.ts';
import type { HistoryWeather } from './wave-plan.ts';

export interface WholeService {
  readonly proffer: ProfferProcess;
  readonly port: number;
  readonly processes: readonly Watched[];
  /** Asks history itself, whatever the weather. */
  readonly ask: Ask;
  /** Only with a ClickHouse of its own. */
  weather(weather: HistoryWeather): void;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly catalog: string;
  readonly gateways: number;
  readonly embedded: boolean;
  /** More settings of the service. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One way; a statement waits twice that long, and blocks of many pieces no longer. */
const SLOW_MS = 1_000;
const SLOW_JITTER_MS = 500;

/** Needs the build (`npm run build`). */
export async function startWholeService(options: ServiceOptions): Promise<WholeService> {
  const clickhouse = options.embedded ? null : await startClickHouseProcess();
  const direct = clickhouse === null ? null : new URL(clickhouse.url);
  const proxy = direct === null ? null : await startTcpProxy({ port: Number(direct.port) });
  const proxied = direct === null ? null : new URL(direct);
  if (proxied !== null && proxy !== null) proxied.port = String(proxy.port);
  const proffer = await startProffer({
    PROFFER_CATALOG: options.catalog,
    PROFFER_GATEWAYS: String(options.gateways),
    PROFFER_LOG_LEVEL: 'error',
    ...options.env,
    ...(proxied !== null && { CLICKHOUSE_URL: proxied.href }),
  });
  const ones = (word: string, name = word): Watched[] =>
    proffer
      .processes(word)
      .map(({ pid }, i, all) => ({ name: all.length > 1 ? `${name} ${i + 1}` : name, pid }));
  return {
    proffer,
    port: Number(new URL(proffer.url).port),
    processes: [
      ...ones('main.js gateway', 'gateway'),
      ...ones('main.js worker', 'worker'),
      ...ones('redis-server', 'Redis'),
      ...(clickhouse === null ? [] : [{ name: 'ClickHouse', pid: clickhouse.pid }]),
    ],
    ask: askerOf(clickhouse?.url ?? withKey(proffer)),
    weather(weather) {
      proxy?.heal();
      if (weather === 'slow') proxy?.delay(SLOW_MS, SLOW_JITTER_MS);
      if (weather === 'unreachable') {
        proxy?.refuse();
        proxy?.cut();
      }
    },
    async stop() {
      await proffer.dispose();
      await proxy?.close();
      await clickhouse?.stop();
    },
  };
}

function withKey({ sqlUrl, adminKey }: ProfferProcess): string {
  const url = new URL(sqlUrl);
  url.username = 'bench';
  url.password = adminKey;
  return url.href;
}

function askerOf(url: string): Ask {
  const { username, password, origin } = new URL(url);
  const authorization = `Basic ${btoa(`${username}:${password}`)}`;
  return async (sql) => {
    const answer = await fetch(origin, { method: 'POST', headers: { authorization }, body: sql });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  };
}
