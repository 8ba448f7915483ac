// `proffer sql`: asks the analyst endpoint, or a ClickHouse server, over HTTP.

import { randomUUID } from 'node:crypto';
import {
  type AnswerHead,
  brokenOff,
  isRefusal,
  NotClickHouse,
  shownUrl,
  strangeness,
} from '../sinks/clickhouse-answer.ts';

export interface SqlQuestion {
  /** The endpoint or server; user, password and database may be in it. */
  readonly url: string;
  /** Admin key for the endpoint; null = the URL has what is needed. */
  readonly key: string | null;
  readonly sql: string;
  /** For statements without a FORMAT clause. */
  readonly format: string;
  /** Longest time until the answer begins, and between two parts of it, ms. Default: 5 min. */
  readonly patienceMs?: number;
}

export type SqlReply =
  /** As it came: Parquet, Arrow and Native are no text. */
  | { readonly kind: 'answered'; readonly body: Buffer }
  /** ClickHouse's error text, or that the answer is not ClickHouse's. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

/** As long as `fetch` waits for a server that says nothing. */
const PATIENCE_MS = 300_000;
/** What a part of an answer has at least. A large result may take long; one that trickles never ends. */
const PART_BYTES_MIN = 64 * 1024;
/** Where a server says, at the end of an answer, that it broke off: 16 KB at most, and what is around. */
const ENDING_BYTES = 32 * 1024;

/** Runs one statement. */
export async function querySql(question: SqlQuestion): Promise<SqlReply> {
  const url = new URL(question.url);
  const user = decodeURIComponent(url.username) || 'default';
  const password = question.key ?? decodeURIComponent(url.password);
  const database = url.pathname.slice(1);
  const queryId = randomUUID();
  url.username = '';
  url.password = '';
  url.pathname = '/';
  url.searchParams.set('default_format', question.format);
  url.searchParams.set('query_id', queryId);
  if (database !== '') url.searchParams.set('database', database);
  try {
    const request = {
      method: 'POST',
      body: question.sql,
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
    };
    const { head, body } = await exchange(url, request, question.patienceMs ?? PATIENCE_MS);
    return replyOf(head, body, queryId, shownUrl(question.url));
  } catch (error) {
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    return { kind: 'unreachable', message: `${url.host}: ${cause.message}` };
  }
}

async function exchange(
  url: URL,
  request: RequestInit,
  patienceMs: number,
): Promise<{ head: AnswerHead; body: Buffer }> {
  const controller = new AbortController();
  const giveUp = (why: string) =>
    controller.abort(new Error(`${why} within ${patienceMs / 1_000} s`));
  let timer = setTimeout(() => giveUp('no answer'), patienceMs);
  try {
    const { status, headers, body } = await fetch(url, {
      ...request,
      signal: controller.signal,
      // The key is for whoever answers there, not for whom they point to.
      redirect: 'manual',
    });
    clearTimeout(timer);
    let partBytes = 0;
    timer = setInterval(() => {
      if (partBytes < PART_BYTES_MIN) giveUp('neither an end of the answer nor much of it');
      partBytes = 0;
    }, patienceMs);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      partBytes += chunk.byteLength;
      chunks.push(chunk);
    }
    return {
      head: { status, headers: Object.fromEntries(headers) },
      body: Buffer.concat(chunks),
    };
  } finally {
    clearTimeout(timer);
  }
}

function replyOf(head: AnswerHead, body: Buffer, queryId: string, where: string): SqlReply {
  const strange = strangeness(head, queryId);
  if (strange !== null) {
    return { kind: 'refused', message: new NotClickHouse(where, strange).message };
  }
  const refusal = isRefusal(head)
    ? body.toString()
    : brokenOff(body.subarray(-ENDING_BYTES).toString());
  return refusal === null
    ? { kind: 'answered', body }
    : { kind: 'refused', message: refusal.trim() };
}
