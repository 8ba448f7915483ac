import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Format, type Row, readRows } from '../../src/replay/formats.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(name: string, content: string | Uint8Array, format: Format): Promise<Row[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const rows: Row[] = [];
  for await (const row of readRows(path, format)) rows.push(row);
  return rows;
}

describe('files of recorded events', () => {
  it('are sent as they are written, digits that JSON.parse would round among them', async () => {
    const long = '{"userId":"u", "properties":{"product_id":1610521604143693812}}';
    const rows = await rowsOf(
      'a.jsonl.gz',
      gzipSync(`${long}\n\n[1]\n{\n{"anonymousId":5}`),
      'jsonl',
    );
    expect(rows).toEqual([
      { kind: 'event', customerId: 'u', text: long },
      { kind: 'unreadable', line: 3, reason: 'not_an_object' },
      { kind: 'unreadable', line: 4, reason: 'invalid_json' },
      { kind: 'event', customerId: '5', text: '{"anonymousId":5}' },
    ]);
  });

  it('may be of purchases in columns', async () => {
    const rows = await rowsOf(
      'b.txt',
      'customer_id date n total\n 00004 19970101 2 29.33\nx',
      'cdnow',
    );
    expect(rows).toMatchObject([
      { kind: 'event', customerId: '00004' },
      { kind: 'unreadable', line: 3, reason: 'not_cdnow' },
    ]);
    expect(JSON.parse((rows[0] as { text: string }).text)).toMatchObject({
      ...{ type: 'track', event: 'Order Completed', messageId: 'cdnow-2', userId: '00004' },
      properties: { quantity: 2, total: 29.33 },
    });
  });
});
