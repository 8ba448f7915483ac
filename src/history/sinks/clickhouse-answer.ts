// Whether what answers at ClickHouse's address is ClickHouse. A status of 200 says nothing: a load
// balancer's maintenance page has it, too, and an empty one would be "inserted" to an insert, "nothing
// there" to a read-back and "ended" to whoever waits for an old insert. ClickHouse names the query that
// it answers (`X-ClickHouse-Query-Id`, for every kind of statement) and gives the code of what it
// refuses (`X-ClickHouse-Exception-Code`); ids are fresh, so no cache can know them.
//
// `X-ClickHouse-Summary` is not asked for: its `written_rows` are 0 for an insert that was deduplicated,
// and what they are before a query has ended depends on the server's settings.

import type { IncomingHttpHeaders } from 'node:http';

/** Status and headers of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<IncomingHttpHeaders>;
}

/** Something else than ClickHouse answered. What became of the statement is unknown. */
export class NotClickHouse extends Error {
  /** Marks a fault that passes by itself, or that the operator ends: one line in the log. */
  readonly code = 'NOT_CLICKHOUSE';

  /** @param url where it answers, without user and password; `why` ends the sentence */
  constructor(url: string, why: string) {
    super(`what answers at ${url} is not ClickHouse: ${why}`);
    this.name = 'NotClickHouse';
  }
}

/** Whether an answer is a refusal; whose, `strangeness` says. */
export function isRefusal({ status, headers }: AnswerHead): boolean {
  return status < 200 || status > 299 || headers['x-clickhouse-exception-code'] !== undefined;
}

/** Why an answer is not ClickHouse's to the query of this id; null = it is. */
export function strangeness(head: AnswerHead, queryId: string): string | null {
  const { headers } = head;
  if (isRefusal(head)) {
    const isIts = headers['x-clickhouse-exception-code'] !== undefined;
    return isIts ? null : `it answers ${described(head)}`;
  }
  const id = headers['x-clickhouse-query-id'];
  if (id === queryId) return null;
  return id === undefined
    ? `no X-ClickHouse-Query-Id in its answer (${described(head)})`
    : `the X-ClickHouse-Query-Id in its answer is of another query (${described(head)})`;
}

/** An error that broke off an answer whose status said 200 already; null = there is none. */
export function brokenOff(text: string): string | null {
  // Formats escape line ends, so that no value of a row can look like this.
  const match = /__exception__\r\n(?:\w+\r\n)?(.*)/s.exec(text);
  return match === null ? null : match[1]!.replace(/\n\d+ \w+\s*__exception__\s*$/, '');
}

/** A URL as messages show it: without user, password and query. */
export function shownUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function described({ status, headers }: AnswerHead): string {
  const { location, 'content-type': type } = headers;
  const target = location === undefined ? '' : ` to ${location.slice(0, 200)}`;
  return `HTTP ${status}${target}${type === undefined ? '' : `, ${type.slice(0, 100)}`}`;
}
