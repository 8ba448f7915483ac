// Comparing with another commit: whose turn it is, what is divided by what, when answers count as the
// same, and what is said where the commit cannot be had.

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { answersLine } from '../../bench/support/answers.ts';
import { BenchFault } from '../../bench/support/bench-fault.ts';
import { commitOf, samePackages } from '../../bench/support/built-commit.ts';
import { type Cost, inTurns, ratioLine, turnsTable } from '../../bench/support/turns.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const cost = (serverUs: number, redisUs: number): Cost => ({ perS: 1000, serverUs, redisUs });

describe('turns', () => {
  it('begin with another side in each round, and keep what each measured', async () => {
    const order: string[] = [];
    const rounds = await inTurns(['a', 'b', 'c'], 3, async (side, round) => {
      order.push(`${side}${round}`);
      return cost(round, 0);
    });
    expect(order.join(' ')).toBe('a0 b0 c0 b1 c1 a1 c2 a2 b2');
    expect(rounds.map((all) => all.map((m) => m.serverUs))).toEqual(Array(3).fill([0, 1, 2]));
  });

  it('divide within a round: a round in which all was slow changes nothing', () => {
    const floor = [cost(10, 5), cost(100, 50), cost(10, 5)];
    const that = [cost(20, 10), cost(200, 100), cost(20, 10)];
    const mine = [cost(24, 10), cost(240, 100), cost(22, 9)];
    expect(ratioLine(that, mine)).toBe('gateway 1.20 (1.10–1.20), Redis 1.00 (0.90–1.00)');
    const rows = turnsTable(['floor', 'that', 'this'], [floor, that, mine]).split('\n');
    expect(rows.at(-1)).toBe('| this | 1000 | 24.0 | 2.40 | 10.0 | 2.00 |');
  });
});

describe('answers', () => {
  const offered = { status: '0:200;', 'decisions[].offers[].offerId': '0:"o1";' };
  const answers = (more: Record<string, string>) => new Map(Object.entries(more));

  it('are the same only in every field', () => {
    expect(answersLine('abc', answers(offered), answers(offered))).toMatch(/^answers: the same/);
  });

  it('that differ in another field are compared by their decisions and offers', () => {
    const line = answersLine('abc', answers(offered), answers({ ...offered, reasons: '0:[];' }));
    expect(line).toMatch(/^answers differ in reasons; decisions and offers are the same/);
  });

  it('that offer something else say so', () => {
    const other = answers({ ...offered, 'decisions[].offers[].offerId': '0:"o2";' });
    const line = answersLine('abc', answers(offered), other);
    expect(line).toMatch(
      /differ in decisions\[\]\.offers\[\]\.offerId; DECISIONS OR OFFERS DIFFER/,
    );
  });
});

describe('the other commit', () => {
  it('takes the packages of this one where they are the same, of another version too', () => {
    const lock = (version: string, yaml: string) =>
      JSON.stringify({
        ...{ name: 'proffer', version },
        packages: {
          '': { version, dependencies: { yaml } },
          'node_modules/yaml': { version: yaml },
        },
      });
    expect(samePackages(lock('0.1.0', '2.9.1'), lock('0.2.0', '2.9.1'))).toBe(true);
    expect(samePackages(lock('0.1.0', '2.9.1'), lock('0.1.0', '2.9.0'))).toBe(false);
  });

  it('that is not in the history is named in one line', async () => {
    const folder = freshDirectory();
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
    git('init', '--quiet');
    await expect(commitOf(folder, 'HEAD')).rejects.toThrow(BenchFault);
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    git(...identity, 'commit', '--quiet', '--allow-empty', '-m', 'one');
    expect(await commitOf(folder, 'HEAD')).toMatch(/^[0-9a-f]{7,}$/);
    const asked = commitOf(folder, 'HEAD~1');
    await expect(asked).rejects.toThrow(/^there is no commit HEAD~1 in [^\n]+$/);
    await expect(commitOf(folder, '--all')).rejects.toThrow(BenchFault);
  });
});
