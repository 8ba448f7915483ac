import { describe, expect, it } from 'vitest';
import { emptyState } from '../../src/model/state.ts';
import { CorruptState } from '../../src/state/byte-reader.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { SECTIONS } from '../../src/state/section-table.ts';
import { plainState, realisticState } from '../support/states.ts';
import { putTogether, type StoredSection, takeApart } from './section-list.ts';

const codec = new StateCodec();

describe('the sections of a document', () => {
  it('refuses sections that come twice, out of order, too long or in another number', () => {
    const parts = takeApart(codec.encode(realisticState()));
    const { sections } = parts;
    const read = (changed: readonly StoredSection[], count?: number) => () =>
      plainState(codec.decode('u', putTogether({ ...parts, sections: changed }, count)));
    expect(read(sections)).not.toThrow();
    for (let i = 0; i < sections.length; i++) {
      const one = sections[i]!;
      expect(read(sections.toSpliced(i, 0, one))).toThrow(CorruptState);
      expect(read([...sections, one])).toThrow(CorruptState);
      expect(read([...sections.toSpliced(i, 1), { tag: 200, bytes: '' }, one])).toThrow(
        CorruptState,
      );
    }
    for (const count of [0, 1, sections.length - 1, sections.length + 1, 127, 2 ** 31, 2 ** 52]) {
      expect(read(sections, count)).toThrow(CorruptState);
    }
    const { head } = parts;
    for (const length of ['\u00ff\u00ff\u00ff\u00ff\u000f', '\u007f', '\u00ff'.repeat(9)]) {
      expect(() => codec.decode('u', `${head}\u0001\u0001${length}`)).toThrow(CorruptState);
    }
  });

  it('writes no section that is empty', () => {
    expect(takeApart(codec.encode(emptyState('u'))).sections).toEqual([]);
    const state = { ...emptyState('u'), contacts: new Map([['web', [1]]]) };
    expect(takeApart(codec.encode(state)).sections.map(({ tag }) => tag)).toEqual([7]);
  });

  it('has one tag for each section, of those that a bit stands for', () => {
    const tags = SECTIONS.map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags).toEqual(tags.toSorted((a, b) => a - b));
    for (const tag of tags) expect(tag >= 0 && tag <= 30).toBe(true);
    // Never another, of any time: what is stored has them.
    expect(Object.fromEntries(SECTIONS.map(({ name, tag }) => [name, tag]))).toMatchObject({
      ...{ traits: 1, consent: 2, orphans: 3, cooldowns: 5, caps: 6, contacts: 7 },
      ...{ decisions: 8, answers: 9, timers: 14, preferred: 18, items: 19 },
    });
  });
});
