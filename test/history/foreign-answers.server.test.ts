// Something else than ClickHouse answers at its address: nothing of what it says may be taken for an
// insert that is done, a table that is empty, or an old insert that has ended.

import { afterEach, describe, expect, it } from 'vitest';
import { querySql } from '../../src/history/analyst/query-sql.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import {
  type Answer,
  emptyAnswer,
  type Impostor,
  maintenancePage,
  startImpostor,
} from '../support/impostor.ts';

let impostor: Impostor;
let sink: HistorySink;
afterEach(async () => {
  await sink.close();
  await impostor.stop();
});

async function standIn(answer: Answer, cluster: string | null = null): Promise<void> {
  impostor = await startImpostor(answer);
  const clickhouseUrl = impostor.url.replace('http://', 'http://user:secret@');
  sink = await openSink({ clickhouseUrl, cluster, directory: '' });
}

const ROWS = { table: 'events', rows: ['{"ledger_id":1}'], queryId: 'h-1' } as const;

/** What each of the sink's calls comes to: an outcome's or an error's text. */
async function saysOfAll(): Promise<Record<string, string>> {
  const said = (call: Promise<unknown>) =>
    call.then(
      (value) => `took ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );
  const inserted = await sink.insert(ROWS);
  return {
    insert: inserted.kind === 'unknown' ? inserted.cause.message : inserted.kind,
    command: await said(sink.command('ALTER TABLE events DELETE WHERE 1')),
    query: await said(sink.query('SELECT ledger_id FROM events')),
    ended: await said(sink.ended('h-1')),
  };
}

const all = (text: string) => ({ insert: text, command: text, query: text, ended: text });
const isNot = (why: string) => `what answers at ${impostor.url} is not ClickHouse: ${why}`;

const page = (status: number, headers: Record<string, string>, body = ''): Answer => {
  return (response) => void response.writeHead(status, headers).end(body);
};

describe('is believed in nothing, and named', () => {
  it.each([
    ['one server', null],
    ['a cluster', 'main'],
  ])('a maintenance page in place of %s', async (_, cluster) => {
    await standIn(maintenancePage, cluster);
    expect(await saysOfAll()).toEqual(
      all(isNot('no X-ClickHouse-Query-Id in its answer (HTTP 200, text/html)')),
    );
  });

  it.each([
    ['an empty 200', emptyAnswer, 'no X-ClickHouse-Query-Id in its answer (HTTP 200)'],
    [
      'JSON of another service',
      page(200, { 'Content-Type': 'application/json' }, '{"status":"ok"}\n'),
      'no X-ClickHouse-Query-Id in its answer (HTTP 200, application/json)',
    ],
    [
      'an answer to another query, out of a cache',
      page(200, { 'X-ClickHouse-Query-Id': 'other' }),
      'the X-ClickHouse-Query-Id in its answer is of another query (HTTP 200)',
    ],
    [
      'a redirect',
      page(302, { Location: 'https://login.example/' }),
      'it answers HTTP 302 to https://login.example/',
    ],
    [
      'an error that is not ClickHouse’s, though it reads like one',
      page(502, { 'Content-Type': 'text/plain' }, 'Code: 117. DB::Exception: x (at row 1)'),
      'it answers HTTP 502, text/plain',
    ],
  ])('%s', async (_, answer, why) => {
    await standIn(answer);
    expect(await saysOfAll()).toEqual(all(isNot(why)));
    const { kind } = await querySql({
      ...{ url: impostor.url, key: 'k', sql: 'SELECT 1', format: 'TabSeparated' },
    });
    expect(kind).toBe('refused');
  });
});

it('a page without end is not waited for, and its connection is closed', async () => {
  await standIn((response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.write('<html>');
  });
  expect((await saysOfAll()).insert).toContain('no X-ClickHouse-Query-Id');
  await expect.poll(() => impostor.connected()).toBe(0);
});

describe('an answer with the right id', () => {
  const named = (body: string): Answer => {
    return (response, id) => void response.setHeader('X-ClickHouse-Query-Id', id).end(body);
  };

  it('is an insert only when there is nothing else in it', async () => {
    await standIn(named('<html>'));
    const said = await sink.insert(ROWS);
    expect(said.kind).toBe('unknown');
    const { cause } = said as { cause: Error };
    expect(cause.message).toBe(isNot('its answer to an insert is not empty: "<html>"'));
  });

  it.each([
    ['a page of one line', '<html></html>', '"<html></html>"'],
    ['rows that break off', '{"a":1}\n{"a"', '"{\\"a\\""'],
    ['a number', '1\n', '"1"'],
    ['a list', '[1]\n', '"[1]"'],
    ['nothing, as JSON', 'null\n', '"null"'],
    ['an empty line', '\n', '""'],
  ])('is no row: %s', async (_, body, shown) => {
    await standIn(named(body));
    await expect(sink.query('SELECT 1')).rejects.toThrow(
      isNot(`its answer to a query is not rows: ${shown}`),
    );
  });

  it('may break off with an error, which is then what the query came to', async () => {
    const error = 'Code: 241. DB::Exception: no memory. (MEMORY_LIMIT_EXCEEDED) (version 26.7)';
    const tail = `\r\n__exception__\r\nabcdefghijklmnop\r\n${error}\n${error.length + 1} abcdefghijklmnop\r\n__exception__\r\n`;
    await standIn(named(`{"a":1}\n${tail}`));
    await expect(sink.query('SELECT 1')).rejects.toMatchObject({ code: '241' });
    await expect(sink.command('SYSTEM SYNC REPLICA x')).rejects.toMatchObject({ code: '241' });
    const asked = { url: impostor.url, key: null, sql: 'SELECT 1', format: 'TabSeparated' };
    expect(await querySql(asked)).toEqual({ kind: 'refused', message: error });
  });

  it('has rows longer than a packet, with characters of several bytes', async () => {
    const rows = [{ a: '\u00e9\u{1f600}'.repeat(200_000) }, { a: '\n' }, { a: 'end' }];
    await standIn(async (response, id) => {
      response.setHeader('X-ClickHouse-Query-Id', id);
      const body = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      for (let at = 0; at < body.length; at += 99_991) {
        response.write(body.subarray(at, at + 99_991));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    expect(await sink.query('SELECT a')).toEqual(rows);
  });
});

it('`proffer sql` says so, without user and password', async () => {
  await standIn(maintenancePage);
  const url = impostor.url.replace('http://', 'http://user:secret@');
  const asked = { url, key: null, sql: 'SELECT 1', format: 'TabSeparated' };
  expect(await querySql(asked)).toEqual({
    kind: 'refused',
    message: isNot('no X-ClickHouse-Query-Id in its answer (HTTP 200, text/html)'),
  });
});

it('`proffer sql` takes its key nowhere else', async () => {
  const elsewhere = await startImpostor(maintenancePage);
  await standIn((response) => void response.writeHead(307, { Location: elsewhere.url }).end());
  const asked = { url: impostor.url, key: 'secret', sql: 'SELECT 1', format: 'TabSeparated' };
  expect(await querySql(asked)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining(`HTTP 307 to ${elsewhere.url}`),
  });
  expect(elsewhere.asked()).toBe(0);
  await elsewhere.stop();
});
