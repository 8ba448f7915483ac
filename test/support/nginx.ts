// nginx with the configuration of examples/deployment, moved to free ports, a certificate made for
// the test, and gateways of the test's own.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { waitFor } from './conditions.ts';
import { freshPorts } from './fresh-ports.ts';

const CONFIGURATION = new URL('../../examples/deployment/nginx.conf', import.meta.url);

export interface Nginx {
  readonly port: number;
  readonly plainPort: number;
  /** The certificate, PEM: what clients trust. */
  readonly certificate: string;
  /** What it wrote to its error log. */
  output(): string;
  stop(): Promise<void>;
}

/** The path of nginx, null where there is none. */
export function findNginx(): string | null {
  for (const command of ['nginx', '/usr/sbin/nginx']) {
    try {
      execFileSync(command, ['-v'], { stdio: 'ignore' });
      return command;
    } catch {
      // Not this one.
    }
  }
  return null;
}

/** @param gatewayPorts on 127.0.0.1, in the place of `gateway-1:8080`, `gateway-2:8080` */
export async function startNginx(command: string, gatewayPorts: readonly number[]): Promise<Nginx> {
  const directory = mkdtempSync(join(tmpdir(), 'proffer-nginx-'));
  const [port = 0, plainPort = 0] = await freshPorts(2);
  const certificate = readFileSync(makeCertificate(directory).certificate, 'utf8');
  let text = readFileSync(CONFIGURATION, 'utf8');
  const replace = (from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`nginx.conf has no ${from}`);
    text = text.replaceAll(from, to);
  };
  for (const [i, gatewayPort] of gatewayPorts.entries()) {
    replace(`server gateway-${i + 1}:8080`, `server 127.0.0.1:${gatewayPort}`);
  }
  replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
  replace('listen 80;', `listen 127.0.0.1:${plainPort};`);
  replace('/etc/nginx/tls/', `${directory}/`);
  replace('/run/nginx.pid', `${directory}/nginx.pid`);
  replace('http {', `http {\n${temporaryPaths(directory)}`);
  writeFileSync(join(directory, 'nginx.conf'), text);
  const child = spawn(
    command,
    ['-p', directory, '-c', join(directory, 'nginx.conf'), '-g', 'daemon off;'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (bytes) => {
    output += bytes;
  });
  try {
    await waitFor('nginx', () => child.exitCode === null && accepts(port));
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`nginx did not start:\n${output}`, { cause: error });
  }
  return {
    ...{ port, plainPort, certificate },
    output: () => output,
    async stop() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The packaged ones belong to root. */
function temporaryPaths(directory: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join('\n');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
