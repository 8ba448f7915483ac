// Supervision, on real processes: stand-ins for gateway and worker, a real Redis, real signals.

import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { nothingLeft, pidsOf, serving, up } from './up-process.ts';

describe('a run', () => {
  test('starts everything, prints where and how, drains in order at Ctrl-C and leaves nothing', async () => {
    const service = up({ PROFFER_GATEWAYS: '2', TEST_TERMINAL: 'yes' });
    await serving(service);
    expect(service.find('gateway')).toHaveLength(2);
    expect(service.find('--max-semi-space-size=32')).toEqual(service.find('gateway'));
    expect(service.find('worker')).toHaveLength(1);
    expect(service.find('redis-server')).toHaveLength(1);
    const keys = JSON.parse(readFileSync(join(service.directory, 'data', 'keys.json'), 'utf8'));
    for (const key of [keys.writeKey, keys.adminKey]) {
      expect(service.output().split(key)).toHaveLength(2);
    }
    expect(service.output()).toMatch(/curl -s http:\/\/127\.0\.0\.1:\d+\/v1\/track -u "\$KEY:"/);
    expect(service.output()).toContain("o'\\''neill");
    await waitFor('metrics', () => service.journal().includes('gateway knows of three'));
    expect(statSync(join(service.directory, 'data', 'keys.json')).mode & 0o777).toBe(0o600);

    const pids = pidsOf(service);
    service.child.kill('SIGINT');
    // npm passes on what the terminal has sent already.
    service.child.kill('SIGINT');
    expect(await service.ended).toBe(0);
    expect(nothingLeft(pids)).toBe(true);
    const drains = service.journal().filter((line) => / (term|drained)$/.test(line));
    expect(drains.slice(0, 4).sort()).toEqual([
      'gateway drained',
      'gateway drained',
      'gateway term',
      'gateway term',
    ]);
    expect(drains.slice(4)).toEqual(['worker term', 'worker drained']);
  });

  test('keeps its keys and its data for the next run', async () => {
    const directory = freshDirectory();
    const first = up({}, directory);
    await serving(first);
    first.child.kill('SIGTERM');
    await first.ended;
    const keys = readFileSync(join(directory, 'data', 'keys.json'), 'utf8');
    // Shown when they were made, where a person saw them: a file is no place for them, nor a later start.
    const second = up({ TEST_TERMINAL: 'yes' }, directory);
    await serving(second);
    expect(readFileSync(join(directory, 'data', 'keys.json'), 'utf8')).toBe(keys);
    const { writeKey, adminKey } = JSON.parse(keys);
    for (const { output } of [first, second]) {
      expect(output()).not.toContain(writeKey);
      expect(output()).not.toContain(adminKey);
      expect(output()).toContain(`adminKey in ${realpathSync(directory)}/data/keys.json`);
    }
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(existsSync(join(directory, 'data', 'redis', 'appendonlydir'))).toBe(true);
  });

  test('puts a new key in the place of a kept one that was revoked', async () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, 'data'));
    const path = join(directory, 'data', 'keys.json');
    writeFileSync(path, JSON.stringify({ writeKey: 'kept-write', adminKey: 'kept-admin' }));
    const service = up({ TEST_REVOKED: 'kept-admin', TEST_TERMINAL: 'yes' }, directory);
    await serving(service);
    const { writeKey, adminKey } = JSON.parse(readFileSync(path, 'utf8'));
    expect([writeKey, adminKey]).toEqual(['kept-write', expect.stringMatching(/^proffer_admin_/)]);
    expect(service.output()).toMatch(
      /the adminKey of \S+keys\.json was revoked: a new one is made/,
    );
    expect(service.output()).toContain(`admin key  ${adminKey}`);
    expect(service.output()).not.toContain('kept-admin');
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test.each(['gateway', 'worker', 'redis-server'])('starts a killed %s again', async (word) => {
    const service = up();
    await serving(service);
    const before = service.find(word)[0]!.pid;
    process.kill(before, 'SIGKILL');
    await waitFor('another one', () => service.find(word).some((p) => p.pid !== before));
    await waitFor('the log', () => new RegExp(`${word}.* is ready again`).test(service.output()));
    expect(service.output()).toMatch(new RegExp(`${word}.* ended \\(SIGKILL\\)`));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('goes on when it cannot write down who runs, says so once, and writes when it can', async () => {
    const service = up();
    await serving(service);
    // As on a full disk: nothing can be put there.
    const temporary = join(service.directory, 'data', 'processes.json.new');
    mkdirSync(temporary);
    const killed = async (word: string) => {
      const before = service.find(word)[0]!.pid;
      const times = service.output().split('is ready again').length;
      process.kill(before, 'SIGKILL');
      await waitFor('another', () => service.output().split('is ready again').length > times);
    };
    await killed('worker');
    await killed('gateway');
    expect(service.output().match(/processes\.json cannot be written/g)).toHaveLength(1);
    rmdirSync(temporary);
    await killed('worker');
    const recorded = readFileSync(join(service.directory, 'data', 'processes.json'), 'utf8');
    const roles = ['worker', 'gateway', 'redis-server'].map((word) => service.find(word)[0]!.pid);
    const pids = (JSON.parse(recorded) as { pid: number }[]).map(({ pid }) => pid);
    expect(pids.sort()).toEqual(roles.sort());
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('tries a role again whose trouble passes, however often', async () => {
    const service = up({ TEST_TRANSIENT: 'worker' });
    await serving(service);
    expect(service.journal().filter((line) => line === 'worker in trouble')).toHaveLength(5);
    expect(service.output()).toContain('worker: worker cannot yet');
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('ends with everything it started when it is killed', async () => {
    const service = up({ PROFFER_GATEWAYS: '2' });
    await serving(service);
    const pids = pidsOf(service);
    expect(pids.size).toBeGreaterThanOrEqual(6);
    service.child.kill('SIGKILL');
    await waitFor('the end of all', () => nothingLeft(pids));
    expect(service.journal().filter((line) => line === 'gateway drained')).toHaveLength(2);
    expect(service.journal()).toContain('worker drained');
  });

  test('ends a stubborn role that ignores the end of its supervisor', async () => {
    const service = up({ TEST_STUBBORN: 'worker', PROFFER_DRAIN_DEADLINE_MS: '1000' });
    await serving(service);
    const pids = pidsOf(service);
    service.child.kill('SIGKILL');
    await waitFor('the end of all', () => nothingLeft(pids));
  });

  test('kills what does not drain within the deadline, and says so', async () => {
    const service = up({ TEST_STUBBORN: 'gateway', PROFFER_DRAIN_DEADLINE_MS: '500' });
    await serving(service);
    const pids = pidsOf(service);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.output()).toContain('gateway 1 did not end within');
    expect(nothingLeft(pids)).toBe(true);
  });

  test('stops within its deadline while Redis hangs', async () => {
    const service = up({ PROFFER_DRAIN_DEADLINE_MS: '3000' });
    await serving(service);
    const pids = pidsOf(service);
    process.kill(service.find('redis-server')[0]!.pid, 'SIGSTOP');
    const askedAtMs = performance.now();
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    // The rest is what a busy machine takes to start and end processes.
    expect(performance.now() - askedAtMs).toBeLessThan(3_000 + 2_000);
    expect(service.output()).toMatch(/redis-server did not end within \d+ ms: killed/);
    expect(nothingLeft(pids)).toBe(true);
  });

  test('is forced by a second signal', async () => {
    const service = up({ TEST_STUBBORN: 'gateway', PROFFER_DRAIN_DEADLINE_MS: '60000' });
    await serving(service);
    const pids = pidsOf(service);
    service.child.kill('SIGINT');
    await waitFor('the drain', () => service.journal().includes('gateway term'));
    // Signals that come together count as one, so insist until it is heard.
    const insist = setInterval(() => service.child.kill('SIGINT'), 200);
    onTestFinished(() => clearInterval(insist));
    expect(await service.ended).toBe(1);
    expect(nothingLeft(pids)).toBe(true);
  });

  test('is forced by a second signal while Redis hangs, too', async () => {
    const service = up({ PROFFER_DRAIN_DEADLINE_MS: '60000' });
    await serving(service);
    const pids = pidsOf(service);
    process.kill(service.find('redis-server')[0]!.pid, 'SIGSTOP');
    const askedAtMs = performance.now();
    service.child.kill('SIGINT');
    const insist = setInterval(() => service.child.kill('SIGINT'), 200);
    onTestFinished(() => clearInterval(insist));
    expect(await service.ended).toBe(1);
    expect(performance.now() - askedAtMs).toBeLessThan(8_000);
    expect(nothingLeft(pids)).toBe(true);
  });

  test('ends with the code of its stop however often it is told, to its last moment', async () => {
    const service = up();
    await serving(service);
    service.child.kill('SIGINT');
    const insist = setInterval(() => service.child.kill('SIGINT'), 1);
    onTestFinished(() => clearInterval(insist));
    expect([0, 1]).toContain(await service.ended);
  });

  test('ends what a run left whose supervisor and lifeline were both killed', async () => {
    const directory = freshDirectory();
    const first = up({ TEST_STUBBORN: 'worker', PROFFER_DRAIN_DEADLINE_MS: '1000' }, directory);
    await serving(first);
    const left = pidsOf(first);
    const lifeline = first.find('lifeline')[0]!.pid;
    process.kill(lifeline, 'SIGSTOP');
    first.child.kill('SIGKILL');
    process.kill(lifeline, 'SIGKILL');
    await first.ended;
    expect(nothingLeft(left)).toBe(false);
    const second = up({ PROFFER_DRAIN_DEADLINE_MS: '1000' }, directory);
    await serving(second);
    expect(nothingLeft(left)).toBe(true);
    expect(second.output()).toContain('ending what an earlier run left');
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
