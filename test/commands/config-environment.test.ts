import { expect, test } from 'vitest';
import { configDifferences, configEnvironment } from '../../src/commands/config-environment.ts';
import { readConfig } from '../../src/config.ts';

test('a child that reads its environment gets the same configuration', () => {
  const config = readConfig({
    PROFFER_PORT: '9',
    REDIS_URL: 'redis://x',
    PROFFER_TRIM_DELAY_MS: '0',
  });
  const env = configEnvironment(config, {
    PATH: '/bin',
    CLICKHOUSE_URL: 'http://stale',
    PROFFER_PORT: '1',
  });
  expect(env.PATH).toBe('/bin');
  expect(env).not.toHaveProperty('CLICKHOUSE_URL');
  expect(readConfig(env)).toEqual(config);
});

test('the log at start shows what differs from the defaults, but no secrets', () => {
  expect(configDifferences(readConfig({}))).toEqual({});
  expect(
    configDifferences(
      readConfig({
        PROFFER_GATEWAYS: '2',
        PROFFER_ADMIN_KEY: 'very-secret',
        REDIS_URL: 'redis://:pw@x',
      }),
    ),
  ).toEqual({ PROFFER_GATEWAYS: '2', PROFFER_ADMIN_KEY: '(set)', REDIS_URL: '(set)' });
});

test('refuses the name of a ClickHouse cluster without a server of it', () => {
  const cluster = { PROFFER_CLICKHOUSE_CLUSTER: 'main' };
  expect(() => readConfig(cluster)).toThrow('needs CLICKHOUSE_URL');
  expect(readConfig({ ...cluster, CLICKHOUSE_URL: 'http://c:8123' })).toMatchObject(cluster);
});
