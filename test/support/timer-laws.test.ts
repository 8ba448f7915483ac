// The moments must see a timer that was lost or fired twice, and see none where all is well.

import { describe, expect, it } from 'vitest';
import { TIMER_RULES } from '../faults/moments/timed-catalog.ts';
import { brokenLaws, type TimedRow } from './timer-laws.ts';

type Told = readonly [
  what: TimedRow['what'],
  name: string,
  atMs: number,
  key?: string,
  lateMs?: number,
];

/** One record each, but for a firing: that is of the record before it. */
const rows = (...told: readonly Told[]): readonly TimedRow[] => {
  let record = 0;
  return told.map(([what, name, atMs, key = '', lateMs = 0]) => {
    if (what !== 'firing' || name === 'win_back' || name === 'calmed') record++;
    const result = what === 'event' ? '' : 'fired';
    return { customer: 'u1', record, what, name, key, atMs, clockMs: atMs + lateMs, result };
  });
};

const broken = (of: readonly TimedRow[]) => brokenLaws(TIMER_RULES, of);

const LEFT: Told = ['event', 'Left', 0, 't1'];
const ALONE: readonly Told[] = [
  ['due', 'left_alone', 1_500, 't1'],
  ['firing', 'left_alone', 1_500, 't1'],
];
const NOT_BACK: readonly Told[] = [
  ['due', 'not_back', 3_000],
  ['firing', 'not_back', 3_000],
];

describe('timers that an event armed', () => {
  it.each<[string, readonly Told[]]>([
    ['each fires once', [LEFT, ...ALONE, ...NOT_BACK]],
    ['one is called off', [LEFT, ['event', 'Returned', 900, 't1']]],
    [
      'another ticket moves what has none',
      [
        ...[LEFT, ...ALONE, ['event', 'Left', 2_000, 't2'] as const],
        ...(['due', 'firing'] as const).map((what): Told => [what, 'left_alone', 3_500, 't2']),
        ...(['due', 'firing'] as const).map((what): Told => [what, 'not_back', 5_000]),
      ],
    ],
  ])('are well where %s', (_, told) => {
    expect(broken(rows(...told))).toEqual([]);
  });

  it.each<[RegExp, readonly Told[]]>([
    [/not_back.* was lost/, [LEFT, ...ALONE]],
    [/left_alone.* armed for undefined/, [LEFT, ...ALONE, ...NOT_BACK, ...ALONE]],
    [/without a firing/, [LEFT, ...ALONE, NOT_BACK[0]!]],
    [/not due there/, [LEFT, ...ALONE, ...NOT_BACK, NOT_BACK[1]!]],
    [/armed for undefined/, [LEFT, ['event', 'Returned', 900, 't1'], ...ALONE]],
  ])('are %s', (fault, told) => {
    expect(broken(rows(...told)).join('\n')).toMatch(fault);
  });
});

describe('segments that time leads into', () => {
  const click = (atMs: number): Told => ['event', 'Clicked', atMs];
  const enter = (name: string, atMs: number): Told => ['firing', name, atMs];
  it('are entered once after the last click, and before where there was time', () => {
    const calmTwice = [click(0), enter('calmed', 2_010), click(2_500), enter('calmed', 4_520)];
    expect(broken(rows(...calmTwice, enter('win_back', 5_500)))).toEqual([]);
    // Nobody had looked before the next click came.
    expect(
      broken(rows(click(0), click(9_000), enter('calmed', 11_000), enter('win_back', 12_000))),
    ).toEqual([]);
  });

  it('are entered as the clock of the commits has it, not that of a click that was held up', () => {
    const held: Told = ['event', 'Clicked', 1_785, '', 300];
    const told = [click(0), enter('calmed', 2_040), held, enter('calmed', 3_800)];
    expect(broken(rows(...told, enter('win_back', 4_800)))).toEqual([]);
    const longGone: Told = ['event', 'Clicked', 500, '', 4_700];
    const twice = [click(0), enter('calmed', 2_040), enter('win_back', 3_000), longGone];
    expect(broken(rows(...twice))).toEqual([]);
  });

  it('are not entered too early, twice, or never', () => {
    const faults = broken(
      rows(
        click(0),
        enter('calmed', 900),
        click(1_000),
        enter('calmed', 3_000),
        enter('calmed', 3_000),
      ),
    );
    expect(faults).toEqual([
      'u1: win_back fired 0 times after the last event, at 1000',
      'u1: calmed fired 900 ms after an event, record 2',
      'u1: calmed fired 2 times after the last event, at 1000',
    ]);
  });
});
