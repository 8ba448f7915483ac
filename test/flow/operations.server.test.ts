// The operator's guide, tried: every block that begins with `# → text`, in order, in one shell, as a
// reader would, from one machine to two gateways, two workers and a Redis Cluster. Only ports differ,
// and ClickHouse is a stand-in: the same engine behind its HTTP interface.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { descendants, runningProcesses } from '../support/process-tree.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const blocks = [...guide.matchAll(/```sh\n# (?:(\w+) )?→ (.+)\n([\s\S]*?)```/g)].map((match) => ({
  program: match[1] ?? null,
  expected: match[2]!,
  script: match[3]!,
}));

/** What the guide calls them; a node of a Cluster also takes a port 10,000 above its own. */
const PORTS = ['8080', '8081', '8082', '8083', '8123', '9464', '9465', '6390', '6391'].concat([
  '26391',
  '26392',
  '26393',
  '8443',
  '8088',
  '9090',
]);
const CLUSTER_PORTS = ['7001', '7002', '7003', '7004', '7005', '7006'];
const SERVER = 'http://proffer:secret@127.0.0.1:8124';
/** More than `verify` itself waits, and what a block starts before. */
const BLOCK_DEADLINE_MS = 180_000;

let folder: string;
let clickhouse: WritableClickHouse;
let shell: ChildProcess;
let output = '';
let translate: (script: string) => string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-guide-'));
  for (const name of ['dist', 'examples']) symlinkSync(join(ROOT, name), join(folder, name));
  clickhouse = await startWritableClickHouse();
  const ports = await freshPorts(PORTS.length);
  const clusterPorts = await freshPorts(CLUSTER_PORTS.length * 2);
  translate = (script) => {
    let text = script.replaceAll(`${SERVER}/proffer`, SERVER).replaceAll(SERVER, clickhouse.url);
    text = text.replaceAll(/(?<!(?:gateway|worker)-\d:)\b(\d{4,5})\b/g, (number) => {
      const plain = PORTS.indexOf(number);
      const clustered = CLUSTER_PORTS.indexOf(number);
      if (plain >= 0) return String(ports[plain]);
      return clustered >= 0 ? String(clusterPorts[clustered]) : number;
    });
    return text.replaceAll(
      '--cluster-enabled yes',
      `--cluster-enabled yes --cluster-port \${BUS[$port]}`,
    );
  };
  shell = spawn('bash', [], {
    ...{ cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], detached: true },
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: folder, PROFFER_LOG_LEVEL: 'warn', bus: '0' },
      PROFFER_PORT: String(ports[0]),
      PROFFER_SQL_PORT: String(ports[PORTS.indexOf('8123')]),
    },
  });
  for (const stream of [shell.stdout!, shell.stderr!]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  // Ports of ours may be too high for one that is 10,000 above.
  const pairs = CLUSTER_PORTS.map((_, i) => {
    return `[${clusterPorts[i]}]=${clusterPorts[CLUSTER_PORTS.length + i]}`;
  });
  shell.stdin!.write(`declare -A BUS=(${pairs.join(' ')})\n`);
});
afterAll(async () => {
  const below = shell?.pid === undefined ? [] : descendants(shell.pid);
  for (const { pid } of below) kill(pid);
  for (const { pid } of daemons()) kill(pid);
  if (shell?.exitCode === null) {
    const ended = once(shell, 'exit');
    shell.kill('SIGKILL');
    await ended;
  }
  await waitFor('the end of all', () => daemons().length === 0);
  await clickhouse?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Servers of Redis are nobody's children; their arguments are gone, their pid files are not. */
function daemons() {
  const files = readdirSync(join(folder, 'several')).filter((name) => name.endsWith('.pid'));
  const pids = files.map(pidIn);
  return runningProcesses().filter(
    ({ pid, commandLine }) => pids.includes(pid) && /^redis-/.test(commandLine),
  );
}

/** One that ends takes its file along, also between two looks. */
function pidIn(file: string): number {
  try {
    return Number(readFileSync(join(folder, 'several', file), 'utf8'));
  } catch {
    return -1;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function isInstalled(program: string): boolean {
  const is = spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
  if (!is) console.log(`no ${program}: its part of the guide is not tried here`);
  return is;
}

it('has commands to try', () => {
  expect(blocks.length).toBeGreaterThan(15);
});

let broken = false;
for (const [i, { program, expected, script }] of blocks.entries()) {
  it(`gets ${expected} (block ${i + 1})`, async ({ skip }) => {
    // Every block builds on those before.
    if (broken || (program !== null && !isInstalled(program))) skip();
    broken = true;
    output = '';
    const end = `guide-block-${i}-ended`;
    shell.stdin!.write(`${translate(script)}\necho; echo ${end}\n`);
    await waitFor('the block', () => output.includes(end), BLOCK_DEADLINE_MS).catch((error) => {
      throw new Error(`block ${i + 1} does not end:\n${script}\n${output}`, { cause: error });
    });
    expect(output, script).toContain(expected);
    broken = false;
  });
}
