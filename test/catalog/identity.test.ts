import { describe, expect, it } from 'vitest';
import { valid } from './compile.ts';

function idOf(definition: string, timezone = 'UTC', name = 'x'): string {
  const catalog = valid(`catalog: t\ntimezone: ${timezone}\nfeatures:\n  ${name}: ${definition}`);
  return catalog.features[0]!.id;
}

describe('the id of a definition', () => {
  const plain = '{ sum: properties.total, of: [A, B], by: properties.k, window: 24h }';

  it.each([
    ['another name', plain, 'y'],
    ['the order of events', plain.replace('[A, B]', '[B, A]'), 'x'],
    ['another spelling of a duration', plain.replace('24h', '1d'), 'x'],
    ['a default written out', plain.replace(' }', ', keep: 100 }'), 'x'],
  ])('stays with %s', (_, definition, name) => {
    expect(idOf(definition, 'UTC', name)).toBe(idOf(plain));
  });

  it('stays with another timezone where no local time is in it', () => {
    expect(idOf(plain, 'Asia/Shanghai')).toBe(idOf(plain));
  });

  it.each([
    ['kind', plain.replace('sum:', 'max:')],
    ['path', plain.replace('total', 'price')],
    ['events', plain.replace('[A, B]', 'A')],
    ['all events', plain.replace('[A, B]', '"*"')],
    ['by', plain.replace('properties.k', 'properties.j')],
    ['no by', plain.replace('by: properties.k, ', '')],
    ['window', plain.replace('24h', '25h')],
    ['no window', plain.replace(', window: 24h', '')],
    ['keep', plain.replace(' }', ', keep: 99 }')],
    ['where', plain.replace(' }', ', where: "event.properties.a == 1" }')],
  ])('changes with %s', (_, definition) => {
    expect(idOf(definition)).not.toBe(idOf(plain));
  });

  it('changes with the timezone where local time is in it', () => {
    for (const definition of [
      '{ days: "*", window: 28d }',
      '{ count: A, where: "weekday(event.timestamp) >= 6" }',
    ]) {
      expect(idOf(definition, 'Asia/Shanghai')).not.toBe(idOf(definition));
    }
  });

  it('changes with half-life and weights of an affinity', () => {
    const affinity = '{ affinity: properties.c, of: { A: 1, B: 2 }, half_life: 7d }';
    const others = [affinity.replace('7d', '8d'), affinity.replace('B: 2', 'B: 3')];
    for (const other of others) expect(idOf(other)).not.toBe(idOf(affinity));
    expect(idOf(affinity.replace('A: 1, B: 2', 'B: 2, A: 1'))).toBe(idOf(affinity));
  });

  it('is short, and no accident of the process', () => {
    expect(idOf('{ count: A }')).toMatch(/^[0-9a-f]{10}$/);
    expect(idOf('{ count: A }')).toBe(idOf('{ count: A }'));
  });
});

describe('the hash of a catalog', () => {
  const text = `catalog: t
features:
  a: { count: A, window: 1d }
  b: { count: B }
offers:
  o: { value: 2, tags: [x] }
`;
  const hash = (source: string) => valid(source).hash;

  it('does not change with comments, formatting, order of keys or files', () => {
    // Published catalogs are known by it: what the language gains later changes none of them.
    expect(hash(text)).toBe('32ca2be3c4b1');
    const rewritten = `# a comment
catalog: "t"
features: { a: { window: 1d, 'count': A }, b: { count: "B" } }
offers:
  o:
    tags: [ x ]
    value: 2.0
`;
    expect(hash(rewritten)).toBe(hash(text));
    const [head = '', tail = ''] = text.split('offers:');
    expect(valid({ 'a.yaml': head, 'b.yaml': `offers:${tail}` }).hash).toBe(hash(text));
  });

  it.each([
    ['a value', text.replace('value: 2', 'value: 3')],
    ['a name', text.replace('  o:', '  p:')],
    ['the catalog name', text.replace('catalog: t', 'catalog: u')],
    ['the timezone', `${text}timezone: Asia/Shanghai`],
    ['the order of definitions', text.replace(/( {2}a:.*\n)( {2}b:.*\n)/, '$2$1')],
    ['a test', `${text}tests: { x: { events: [{ A: {} }] } }`],
    ['an identifier', `${text}identifiers: { email: false }`],
    ['a text that is a number', text.replace('value: 2', 'value: "2"')],
  ])('changes with %s', (_, other) => {
    expect(hash(other)).not.toBe(hash(text));
  });
});
