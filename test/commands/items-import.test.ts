// What `items import --dry-run` makes of files, good and bad; items-import.server.test.ts sends them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { addItems } from '../../src/commands/items-commands.ts';
import { type ItemsImportOptions, importItemFiles } from '../../src/commands/items-import.ts';
import { readConfig } from '../../src/config.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { run } from './answering-service.ts';

let folder: string;
beforeEach(() => {
  folder = freshDirectory();
});

/** Exit code, what was said line by line, and the counts. */
async function tried(
  file: string,
  content: string | Buffer,
  options: ItemsImportOptions = {},
): Promise<{ code: number; said: string[]; counts: string; first: object | null }> {
  const path = join(folder, file);
  writeFileSync(path, content);
  const asked = { dryRun: true, ...options };
  const { code, out, err } = await run((to) => importItemFiles(readConfig({}), [path], asked, to));
  const lines = err.replaceAll(`${folder}/`, '').trimEnd().split('\n');
  const first = lines.find((line) => line.startsWith('the first item: '));
  return {
    code,
    said: lines.filter((line) => line !== first && !line.startsWith('fields: ')),
    counts: out.replace(/; [\d.]+ s\n$/, ''),
    first: first === undefined ? null : JSON.parse(first.slice('the first item: '.length)),
  };
}

async function said(path: string, content: string, options: ItemsImportOptions): Promise<string> {
  writeFileSync(path, content);
  return (await run((to) => importItemFiles(readConfig({}), [path], options, to))).err;
}

const would = (items: number, lines: number, leftOut: number) =>
  `nothing was sent: ${items} items would be declared; ${lines} lines read, ${leftOut} left out`;

describe('a CSV file', () => {
  it('of Excel: a byte order mark, semicolons, CRLF, quotes with line breaks, a German price', async () => {
    const { first, ...rest } = await tried(
      'a.csv',
      '\ufeffid;title;price;availability;tags;starts;size\r\n' +
        'p1;"A ""phone""\r\nof ours";1.299,00 €;in_stock;new|red;2026-11-01;\r\n\r\np2;Case;;;;;XL\r\n',
    );
    expect(rest).toEqual({ code: 0, said: [], counts: would(2, 2, 0) });
    expect(first).toEqual({
      ...{ itemId: 'p1', name: 'A "phone"\r\nof ours', price: 1299, inStock: true },
      ...{ tags: ['new', 'red'], starts: '2026-11-01' },
    });
  });

  it.each([
    ['tabs', 'id\tname\n1\ta,b\n'],
    ['bars', 'id|name\n1|a,b\n'],
    ['commas, and others in quotes', '"id;x",id,name\n,1,"a,b"\n'],
    ['UTF-16, as Excel writes it', Buffer.from('\ufeffid\tname\n1\ta,b\n', 'utf16le')],
    ['tabs, with a first column that has no name', '\tid\tname\n0\t1\ta,b\n'],
    ['tabs, below lines that are empty', '\n \r\n\tid\tname\n0\t1\ta,b\n'],
    ['zipped', gzipSync('id,name\n1,"a,b"\n')],
  ])('separated by %s', async (_, content) => {
    expect(await tried('b.csv', content)).toMatchObject({
      ...{ code: 0, counts: would(1, 1, 0), first: { itemId: '1', name: 'a,b' } },
    });
  });

  it('tells which lines cannot be used, by number and reason, and goes on', async () => {
    const long = 'x'.repeat(10_000);
    const { code, said, counts } = await tried(
      'c.csv',
      'id,name,price,stock,ends,starts\n"p1\n",x,1,1,,\n,no id,,,,\np3,x,gratis,,,\np4,x,1.299,,,\n' +
        `p5,row\n${long},,,,,\np7,,,maybe,,\np8,,,,2026-01-01,2026-02-01\np9,12" pipe,,,,\n`,
    );
    expect(said).toEqual([
      'line 4: it does not say which item it is',
      "line 5: 'price': 'gratis' is no price",
      "line 6: 'price': '1.299' is two prices: say --decimal . or --decimal ,",
      'line 7: it has 2 cells, and the header has 6',
      "line 8: 'itemId' may have 256 bytes at most.",
      "line 9: 'inStock': 'maybe' says neither yes nor no",
      "line 10: 'ends' must be after `starts`.",
    ]);
    expect([code, counts]).toEqual([1, would(2, 9, 7)]);
  });

  it('stops when there are too many of them', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => `p${i},${i < 9 ? 1 : 'x'}\n`).join('');
    const { code, said, counts } = await tried('d.csv', `id,price\n${lines}`, { maxErrors: '3' });
    expect([code, said.length, counts]).toEqual([1, 5, would(0, 13, 4)]);
    expect(said.at(-1)).toBe('stopped: more than 3 lines cannot be used (--max-errors 3)');
  });

  it('of several rows for one item, one after another: variants and pictures', async () => {
    const content =
      'Handle,Title,Variant Inventory Qty,Variant Price,Image Src\n' +
      'tee,Tee,0,19.00,\ntee,,4,21.00,b.png\ntee,,,,c.png\nhat,Hat,0,9,\n';
    expect(await tried('e.csv', content)).toMatchObject({
      counts: would(2, 4, 0),
      first: {
        ...{ itemId: 'tee', name: 'Tee', inStock: true, price: 19 },
        properties: { 'Image Src': 'b.png' },
      },
    });
  });

  it.each([
    [
      'Latin-1',
      Buffer.from('id,name\np1,x\np2,Caf\xe9\n', 'latin1'),
      /^stopped: f.csv: line 3 is not UTF-8: .*--encoding latin1/,
    ],
    ['a workbook', 'PK\u0003\u0004…', /it is a ZIP file or a workbook of Excel: save it as CSV/],
    ['empty', '', /^stopped: f.csv: it is empty$/],
    ['without a column for the id', 'a,b\n1,2\n', /no column says which item .* 'a', 'b'/],
    [
      'with a quote that is never closed',
      'id,name\n1,"x\n2,y\n',
      /a quote is opened and never closed/,
    ],
    [
      'with a cell of megabytes',
      `id,name\n1,"${'x\n'.repeat(1_100_000)}`,
      /is a quote not closed\?/,
    ],
    ['cut off', gzipSync('id,name\n1,2\n').subarray(0, 20), /it cannot be unzipped/],
  ])('that is %s is told plainly', async (_, content, message) => {
    const { code, said, counts } = await tried('f.csv', content);
    expect([code, said.at(-1)]).toEqual([1, expect.stringMatching(message)]);
    expect(counts).toMatch(/^nothing was sent: \d items would/);
  });

  it('is read as it is said', async () => {
    const content = Buffer.from('artikel;preis;name;notiz\np1;1.299;Caf\xe9;n\n', 'latin1');
    const options = { map: ['artikel=itemId', 'preis=price', 'notiz='], encoding: 'latin1' };
    const { first } = await tried('g.csv', content, { ...options, decimal: ',' });
    expect(first).toEqual({ itemId: 'p1', price: 1299, name: 'Café' });
    const missing = await tried('g.csv', 'id,x\n1,2\n', { map: ['colour=name'] });
    expect(missing.said).toEqual([
      "stopped: g.csv: --map colour: no column has this name, but 'id', 'x'",
    ]);
  });

  it('with a header alone has nothing to say', async () => {
    expect(await tried('h.csv', 'id,name\n')).toMatchObject({ code: 0, counts: would(0, 0, 0) });
  });
});

describe('a JSONL file', () => {
  it('has items as the API takes them, or as feeds name them', async () => {
    const items = [
      '{"itemId":"p1","price":5,"tags":["x"],"properties":{"a":1},"weight":{"g":3}}',
      '{"id":7,"title":"Seven","price":"9,90","availability":"out of stock"}\r',
      ' ',
      '{"itemId":"__proto__","__proto__":{"x":1},"price":null}',
    ];
    expect(await tried('a.jsonl', items.join('\n'))).toEqual({
      ...{ code: 0, said: [], counts: would(3, 3, 0) },
      first: { itemId: 'p1', price: 5, tags: ['x'], properties: { a: 1, weight: { g: 3 } } },
    });
  });

  it('has numbers to the last digit, as the API takes them', async () => {
    const one = '{"itemId":9007199254740993,"properties":{"gtin":12345678901234567890}}';
    const first = (name: string, content: string) =>
      said(join(folder, name), content, { dryRun: true });
    expect(await first('n.jsonl', one)).toContain(`the first item: ${one}`);
    const cell = 'id,properties\n7,"{""gtin"":12345678901234567890}"\n';
    expect(await first('n.csv', cell)).toContain('"gtin":12345678901234567890}');
  });

  it('tells which lines cannot be used', async () => {
    const lines = ['[{"itemId":"p1"}', 'nope', '"p1"', '{"itemId":"p1","price":"x"}'];
    lines.push('{"itemId":["p1"]}', '{"name":"x"}', `{"id":"${'y'.repeat(1_100_000)}"}`);
    lines.push('{"itemId":"p2","tags":"a, b","starts":"soon"}', '{"itemId":"p3"}');
    const { said, counts } = await tried('b.jsonl', lines.join('\n'));
    expect(said).toEqual([
      'line 1: it is no JSON object: a list has to be written as one object a line',
      'line 2: it is not JSON',
      'line 3: it is no JSON object',
      "line 4: 'price': 'x' is no price",
      "line 5: 'itemId' must be a string.",
      'line 6: it does not say which item it is',
      'line 7: it is longer than 1048576 characters',
      "line 8: 'starts' must be an ISO 8601 time.",
    ]);
    expect(counts).toBe(would(1, 9, 8));
  });
});

it.each([
  [{ map: ['a'] }, /--map a: column=field/],
  [{ map: ['a=colour'] }, /--map a=colour: column=field/],
  [{ encoding: 'klingon' }, /--encoding klingon/],
  [{ decimal: ';' }, /--decimal ;/],
  [{ delimiter: ';;' }, /--delimiter ;;/],
  [{ maxErrors: 'many' }, /--max-errors many/],
])('%j is refused before anything is read', async (options, message) => {
  await expect(tried('i.csv', 'id\n', options)).rejects.toThrow(message);
});

it('a file that is not there, or of which nobody says what it is, is refused', async () => {
  const imports = (path: string) =>
    run((to) => importItemFiles(readConfig({}), [path], { dryRun: true }, to));
  await expect(imports(join(folder, 'none.csv'))).rejects.toThrow('there is no such file');
  writeFileSync(join(folder, 'feed.xml'), '<a/>');
  await expect(imports(join(folder, 'feed.xml'))).rejects.toThrow('--format csv or jsonl');
  expect(await imports(folder).catch((error: Error) => error.message)).toMatch(/--format/);
});

it('takes what is typed: several columns, files and options', async () => {
  const paths = ['a.csv', 'b.jsonl'].map((name) => join(folder, name));
  writeFileSync(paths[0]!, 'artikel;preis;farbe\np1;1.299;rot\n');
  writeFileSync(paths[1]!, '{"itemId":"p2"}\n');
  let [out, err, code] = ['', '', -1];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  const program = new Command();
  const typed = 'items import --dry-run --json --map artikel=itemId --map preis=price --decimal ,';
  addItems(
    program,
    () => readConfig({}),
    async (command) => {
      code = await command();
    },
  );
  try {
    const args = [...typed.split(' '), '--no-properties', ...paths];
    await program.parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of [stdout, stderr]) spy.mockRestore();
  }
  expect([code, JSON.parse(out)]).toEqual([
    0,
    { rows: 2, items: 2, unusable: 0, stopped: null, dryRun: true, retries: 0 },
  ]);
  expect(err).toContain('fields: artikel → itemId, preis → price; left out: farbe');
  expect(err).toContain('the first item: {"itemId":"p1","price":1299}');
});
