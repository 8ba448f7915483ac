// Alert rules and dashboard ask for metrics that the processes really have, with labels they really
// have, and every alert leads to a section of the operator's guide.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';

const FOLDER = new URL('../../examples/deployment/', import.meta.url);
const text = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'action' | 'runbook', string>>;
}
const rules: readonly Rule[] = parse(text('alerts.yml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: ReadonlyArray<{ readonly expr: string }>;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
}
const DASHBOARD = 'grafana/dashboards/proffer.json';
const panels: readonly Panel[] = JSON.parse(text(DASHBOARD)).panels;

/** Every expression, by where it is. */
const expressions: ReadonlyArray<readonly [where: string, expression: string]> = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

const PROMTOOL = findPromtool();
if (PROMTOOL === null) console.log('no promtool: it does not check the alert rules here');

/** Names of metrics with their labels, as scraped. */
type Scraped = ReadonlyMap<string, ReadonlySet<string>>;

describe('what operators watch', () => {
  let up: ProfferProcess;
  let worker: RoleProcess;
  let gateway: RoleProcess;
  let directory: string;
  const scraped: Record<'together' | 'apart', Scraped> = { together: new Map(), apart: new Map() };
  let texts: readonly string[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'proffer-watch-'));
    up = await startProffer();
    const socket = await waitFor('the socket of its Redis', () =>
      /--unixsocket (\S+)|(\/\S+redis\.sock)/
        .exec(up.processes('redis-server')[0]!.commandLine)?.[0]
        .split(' ')
        .at(-1),
    );
    const [gatewayPort = 0, workerPort = 0] = await freshPorts(2);
    const env = {
      ...{ REDIS_URL: socket, PROFFER_DATA_DIR: directory, PROFFER_SQL_PORT: '0' },
      // `up` has a worker, too: a second with an embedded engine ends a while after a lease's time.
      PROFFER_LEASE_TTL_MS: '120000',
    };
    gateway = await startRole('gateway', gatewayPort, env);
    worker = await startRole('worker', workerPort, env);
    // A labelled metric has labels once something was counted.
    await up.request('POST', '/v1/track', { body: { userId: 'w', event: 'Signed In' } });
    await up.request('GET', '/nowhere');
    texts = await Promise.all(
      [up, gateway, worker].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    scraped.together = namesOf([texts[0]!]);
    scraped.apart = namesOf(texts.slice(1));
  });
  afterAll(async () => {
    await gateway?.stop();
    await worker?.stop();
    await up?.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(['together', 'apart'] as const)('is exported by processes that run %s', (how) => {
    const absent: string[] = [];
    for (const [where, expression] of expressions) {
      for (const { name, labels } of selectorsOf(expression)) {
        // What Prometheus itself adds, and what only a supervisor says.
        if (name === 'up' || (how === 'apart' && name === 'proffer_metrics_silent')) continue;
        // The worker of `up` has all partitions, the other none.
        if (how === 'apart' && name.startsWith('proffer_partition_')) continue;
        const known = scraped[how].get(name);
        if (known === undefined) absent.push(`${where}: ${name}`);
        for (const label of labels) {
          const isKnown = known?.has(label) || label === 'instance' || label === 'job';
          if (!isKnown) absent.push(`${where}: ${name}{${label}}`);
        }
      }
    }
    expect(absent).toEqual([]);
  });

  it('names metrics as Prometheus asks for', () => {
    const wrong: string[] = [];
    for (const [, name, type] of texts.join('\n').matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      if ((type === 'counter') !== name!.endsWith('_total')) wrong.push(`${name} is a ${type}`);
      if (type === 'histogram' && !name!.endsWith('_seconds')) wrong.push(`${name} has no unit`);
      if (!/^(proffer|process|nodejs)_[a-z0-9_]+$/.test(name!)) wrong.push(name!);
    }
    expect(wrong).toEqual([]);
    if (PROMTOOL !== null) for (const input of texts) run(['check', 'metrics'], input);
  });

  it('keeps the memory of gateways and worker apart where one scrape answers for both', () => {
    const [together = ''] = texts;
    for (const role of ['gateway', 'worker']) {
      expect(together).toMatch(
        new RegExp(`^process_resident_memory_bytes\\{role="${role}"\\} \\d{8,}$`, 'm'),
      );
    }
  });
});

describe('alerts and dashboard', () => {
  it.skipIf(PROMTOOL === null)('are read by Prometheus itself', () => {
    run(['check', 'config', fileURLToPath(new URL('prometheus.yml', FOLDER))]);
  });

  it.skipIf(PROMTOOL === null)('have expressions that Prometheus understands', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proffer-rules-'));
    const path = join(folder, 'rules.json');
    const all = expressions.map(([, expr], i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, JSON.stringify({ groups: [{ name: 'all', rules: all }] }));
    run(['check', 'rules', path]);
    await rm(folder, { recursive: true });
  });

  it('say what is wrong, what to do, and where the guide says more', () => {
    const guide = readFileSync(new URL('../../docs/operations.md', FOLDER), 'utf8');
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(page|ticket)$/)]);
      expect(annotations.summary.length, alert).toBeGreaterThan(20);
      expect(annotations.action.length, alert).toBeGreaterThan(10);
      const [file, anchor] = annotations.runbook.split('#');
      expect(file).toBe('docs/operations.md');
      expect(guide, alert).toContain(`<a id="${anchor}"></a>`);
      expect(guide, `the guide on ${anchor}`).toContain(`\`${alert}\``);
    }
  });

  it('is one page whose panels do not overlap, from a data source that is provisioned', () => {
    const source = parse(text('grafana/provisioning/datasources/prometheus.yml')).datasources[0];
    const taken = new Set<string>();
    for (const { title, type, datasource, gridPos } of panels) {
      if (type !== 'row') expect([title, datasource?.uid]).toEqual([title, source.uid]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x, title).toBeLessThan(24);
          expect(taken.has(`${x},${y}`), `${title} overlaps`).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
    expect(readdirSync(new URL('grafana/dashboards', FOLDER))).toEqual(['proffer.json']);
  });
});

/** `name{label="…"}` and names alone, with the labels of `by (…)` of the whole expression. */
function selectorsOf(expression: string): ReadonlyArray<{ name: string; labels: string[] }> {
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) =>
    match[1]!.split(',').map((label) => label.trim()),
  );
  const plain = expression.replaceAll(/\bby \([^)]*\)/g, '');
  return [...plain.matchAll(/\b(up|(?:proffer|process|nodejs)_\w+)(\{[^}]*\})?/g)].map((match) => ({
    name: match[1]!,
    labels: [
      ...[...(match[2] ?? '').matchAll(/(\w+)\s*[=!]/g)].map((label) => label[1]!),
      ...grouped,
    ],
  }));
}

function namesOf(exports: readonly string[]): Scraped {
  const names = new Map<string, Set<string>>();
  for (const line of exports.join('\n').split('\n')) {
    const sample = /^([a-z]\w*)(?:\{(.*)\})? \S+$/.exec(line);
    if (sample === null) continue;
    const labels = names.get(sample[1]!) ?? new Set();
    names.set(sample[1]!, labels);
    for (const label of (sample[2] ?? '').matchAll(/(\w+)="/g)) labels.add(label[1]!);
  }
  return names;
}

function findPromtool(): string | null {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return 'promtool';
  } catch {
    return null;
  }
}

/** @throws Error with what it said */
function run(args: readonly string[], input = ''): void {
  execFileSync(PROMTOOL!, args, { input, stdio: ['pipe', 'pipe', 'pipe'] });
}
