// `proffer sql`: asks the analyst endpoint, or a ClickHouse server, over HTTP.

import { randomUUID } from 'node:crypto';
import {
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
}

export type SqlReply =
  | { readonly kind: 'answered'; readonly text: string }
  /** ClickHouse's error text, or that the answer is not ClickHouse's. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

/** Runs one statement and returns its answer as text. */
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
    const response = await fetch(url, {
      method: 'POST',
      body: question.sql,
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
      // The key is for whoever answers there, not for whom they point to.
      redirect: 'manual',
    });
    const text = await response.text();
    return replyOf(response, text, queryId, shownUrl(question.url));
  } catch (error) {
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    return { kind: 'unreachable', message: `${url.host}: ${cause.message}` };
  }
}

function replyOf(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  text: string,
  queryId: string,
  where: string,
): SqlReply {
  const head = { status, headers: Object.fromEntries(headers) };
  const strange = strangeness(head, queryId);
  if (strange !== null) {
    return { kind: 'refused', message: new NotClickHouse(where, strange).message };
  }
  const refusal = isRefusal(head) ? text : brokenOff(text);
  return refusal === null
    ? { kind: 'answered', text }
    : { kind: 'refused', message: refusal.trim() };
}
