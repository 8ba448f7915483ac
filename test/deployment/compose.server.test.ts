// Dockerfile and compose file, without Docker: that they say what the service understands, that what
// they name exists, and that the files of the image are enough to run it.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { KNOBS } from '../../src/config.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly healthcheck?: object;
  readonly mem_limit?: string;
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
const composeText = text('docker-compose.yml');
const compose = parse(composeText, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly networks: Readonly<Record<string, object>>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('proffer:'));

const exampleLines = text('examples/deployment/env.example').split('\n');
const example = new Map(
  exampleLines
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
/** `${NAME:-default}` and `${NAME:?message}` outside of comments. */
const asked = [
  ...composeText.replaceAll(/^\s*#.*$/gm, '').matchAll(/\$\{([A-Z_]+)(:-|:\?)([^}]*)\}/g),
].map(([, name = '', kind, value = '']) => ({ name, kind, value }));

describe('the compose file', () => {
  it('runs two gateways behind nginx, two workers, Redis, ClickHouse and what watches them', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['clickhouse', 'gateway-1', 'gateway-2', 'grafana', 'nginx', 'prometheus', 'redis']
        .concat('worker-1', 'worker-2')
        .sort(),
    );
  });

  it('has no secret in it, and starts nothing without one', () => {
    const secrets = [...example].filter(([, value]) => value === '').map(([name]) => name);
    expect(secrets).toHaveLength(5);
    for (const { name, kind } of asked)
      expect([name, kind === ':?']).toEqual([name, secrets.includes(name)]);
    for (const [name, { environment = {} }] of services) {
      for (const [key, value] of Object.entries(environment)) {
        if (!/PASSWORD|_KEY$|_URL$|AUTH/.test(key)) continue;
        expect(`${name} ${key} ${value}`).toMatch(/\$\{[A-Z_]+:\?/);
      }
    }
  });

  it('has its settings explained in env.example, with the same defaults', () => {
    expect([...new Set(asked.map(({ name }) => name))].sort()).toEqual([...example.keys()].sort());
    for (const { name, kind, value } of asked) {
      if (kind === ':-') expect([name, example.get(name)]).toEqual([name, value]);
    }
  });

  it('sets what the service knows, and nothing else', () => {
    expect(ours.map(([name]) => name)).toEqual(['gateway-1', 'gateway-2', 'worker-1', 'worker-2']);
    for (const [name, { environment = {} }] of ours) {
      for (const key of Object.keys(environment)) expect([name, KNOBS]).toHaveProperty(`1.${key}`);
    }
  });

  it('names files, volumes, networks and services that are there', () => {
    for (const [name, service] of services) {
      for (const mount of service.volumes ?? []) {
        const [source = ''] = mount.replace(/\$\{[A-Z_]+:-([^}]*)\}/, '$1').split(':');
        // The certificates are the operator's.
        if (source.startsWith('.') && source !== './tls') {
          expect([name, source, existsSync(join(ROOT, source))]).toEqual([name, source, true]);
        } else if (source !== './tls') expect(compose.volumes).toHaveProperty(source);
      }
      for (const network of service.networks) expect(compose.networks).toHaveProperty(network);
      for (const other of Object.keys(service.depends_on ?? {})) {
        expect(compose.services).toHaveProperty(other);
      }
    }
  });

  it('bounds memory, is read-only but for ClickHouse, restarts, and checks health everywhere', () => {
    for (const [name, service] of services) {
      expect([name, service.mem_limit, service.restart]).toEqual([
        ...[name, expect.anything(), 'unless-stopped'],
      ]);
      expect([name, service.read_only ?? false]).toEqual([name, name !== 'clickhouse']);
      // Ours is in the Dockerfile.
      expect([name, service.healthcheck !== undefined]).toEqual([
        name,
        service.build === undefined,
      ]);
    }
  });

  it('lets nobody in but through nginx, and operators on the loopback', () => {
    for (const [name, { ports = [] }] of services) {
      if (name === 'nginx') continue;
      for (const port of ports) expect(`${name} ${port}`).toContain(' 127.0.0.1:');
    }
    expect(compose.networks.inside).toEqual({ internal: true });
    for (const [name, { networks }] of ours) expect([name, networks]).toEqual([name, ['inside']]);
  });

  it('agrees on names and ports with nginx, Prometheus and Grafana', () => {
    const gateways = ours.map(([name]) => name).filter((name) => name.startsWith('gateway'));
    const upstream = [...text('examples/deployment/nginx.conf').matchAll(/server (\S+):(\d+)/g)];
    expect(upstream.map(([, host]) => host)).toEqual(gateways);
    for (const [, , port] of upstream)
      expect(Number(port)).toBe(KNOBS.PROFFER_PORT.parse(undefined));
    const jobs = parse(text('examples/deployment/prometheus.yml')).scrape_configs as Array<{
      static_configs: Array<{ targets: string[] }>;
    }>;
    const targets = jobs.flatMap((job) => job.static_configs.flatMap((config) => config.targets));
    const statusPort = (service: Service) => service.environment?.PROFFER_WORKER_PORT ?? 8080;
    expect(targets).toEqual(ours.map(([name, service]) => `${name}:${statusPort(service)}`));
    expect(text('Dockerfile')).toContain(`EXPOSE 8080 8123 9464`);
    expect(text('examples/deployment/grafana/provisioning/datasources/prometheus.yml')).toContain(
      'url: http://prometheus:9090\n',
    );
  });

  const docker = findDockerCompose();
  if (docker === null) console.log('no docker-compose: it does not check the compose file here');
  it.skipIf(docker === null)('is valid for docker-compose', () => {
    const secrets = Object.fromEntries(
      [...example].filter(([, value]) => value === '').map(([name]) => [name, 'x'.repeat(24)]),
    );
    const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...secrets };
    execFileSync(docker!, ['config', '--quiet'], { cwd: ROOT, env, stdio: 'pipe' });
    expect(() =>
      execFileSync(docker!, ['config', '--quiet'], {
        ...{ cwd: ROOT, stdio: 'pipe', env: { ...env, REDIS_PASSWORD: '' } },
      }),
    ).toThrow(/REDIS_PASSWORD/);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = text('Dockerfile').replaceAll(/\\\n/g, ' ');
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  it('runs as nobody special, and gets signals', () => {
    expect(lastStage).toMatch(/^USER proffer$/m);
    expect(lastStage).toMatch(/^ENTRYPOINT \["tini", "--", "node", "\/app\/dist\/main.js"\]$/m);
    expect(lastStage.lastIndexOf('USER')).toBeLessThan(lastStage.lastIndexOf('ENTRYPOINT'));
  });

  it('has a Node that package.json takes', () => {
    const { engines } = JSON.parse(text('package.json')) as { engines: { node: string } };
    const images = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map((match) => match[1]);
    expect(new Set(images)).toEqual(new Set([/(\d+)/.exec(engines.node)![1]]));
  });

  it('copies all that the service needs, and asks it how it is', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'proffer-image-'));
    const redis = await startPrivateRedis();
    const [port = 0, statusPort = 0] = await freshPorts(2);
    const roles: RoleProcess[] = [];
    const check = JSON.parse(/CMD (\["node", "-e".*\])$/m.exec(lastStage)?.[1] ?? '') as string[];
    const healthy = (env: Record<string, string>) => {
      const { status } = spawnSync(process.execPath, check.slice(1), { env, stdio: 'ignore' });
      return status === 0;
    };
    try {
      for (const [, flag = '', path = ''] of lastStage.matchAll(/^COPY (--from=\S+ )?(\S+)/gm)) {
        const source = path.replace(/^\/app\//, '');
        if (flag.includes('packages')) symlinkSync(join(ROOT, source), join(directory, source));
        else cpSync(join(ROOT, source), join(directory, source), { recursive: true });
      }
      const env = { REDIS_URL: redis.socket, PROFFER_SQL_PORT: '0', PROFFER_DATA_DIR: directory };
      roles.push(await startRole('gateway', port, env, directory));
      roles.push(await startRole('worker', statusPort, env, directory));
      expect((await fetch(`http://127.0.0.1:${port}/openapi.json`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(200);
      expect(healthy({ PROFFER_PORT: String(port) })).toBe(true);
      expect(healthy({ PROFFER_WORKER_PORT: String(statusPort) })).toBe(true);
      await redis.kill();
      const isUnready = async () =>
        (await fetch(`http://127.0.0.1:${statusPort}/readyz`)).status === 503;
      await waitFor('503', isUnready);
      expect(healthy({ PROFFER_WORKER_PORT: String(statusPort) })).toBe(false);
    } finally {
      for (const role of roles) await role.stop('SIGKILL');
      await redis.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

function findDockerCompose(): string | null {
  try {
    execFileSync('docker-compose', ['version'], { stdio: 'ignore' });
    return 'docker-compose';
  } catch {
    return null;
  }
}
