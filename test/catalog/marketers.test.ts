// What marketers write who never read a manual of YAML or CEL, and what they are told.

import { describe, expect, it } from 'vitest';
import { reported, withMore } from './compile.ts';

describe('numbers of treatments', () => {
  it.each([
    ['0012', 12],
    ['+86', 86],
    ['0x1F', 31],
    ['0o17', 15],
    ['-007.5', -7.5],
    ['9007199254740993', 9007199254740992],
  ])('a number of a treatment that loses what was written: %s', (source, value) => {
    const treatment = (text: string) => `{ treatments: { web: { codes: [${text}] } } }`;
    expect(reported(withMore(`offers:\n  x: ${treatment(source)}`))).toEqual([
      `b.yaml:2:37: offers.x.treatments.web.codes[0]: found ${source}, which YAML reads as the` +
        ` number ${value}: put quotes around it`,
    ]);
    for (const sound of [`"${source}"`, '12', '-0.5', '.5', '1.50', '1e3', '1e21', '12:30', '0']) {
      expect(reported(withMore(`offers:\n  x: ${treatment(sound)}`))).toEqual([]);
    }
    expect(reported(withMore(`offers:\n  x: { value: ${source} }`)).join()).not.toContain('quotes');
  });
});

describe('tags of offers', () => {
  it('are free text, without their sign', () => {
    const tags = (text: string) => `offers:\n  x: { tags: [${text}] }`;
    expect(reported(withMore(tags("summer sale, '50 % off', 夏季")))).toEqual([]);
    for (const wrong of ['"#sale"', '" sale"', '"sale "', '""', '"a\\nb"', 'x'.repeat(65)]) {
      const [fault, ...others] = reported(withMore(tags(wrong)));
      expect(fault).toContain('expected a text in one line of at most 64 characters, without #');
      expect(others).toEqual([]);
    }
  });
});
