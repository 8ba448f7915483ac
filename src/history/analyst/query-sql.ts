// `proffer sql`: asks the analyst endpoint, or a ClickHouse server, over HTTP.

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
  /** ClickHouse's error text. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

/** Runs one statement and returns its answer as text. */
export async function querySql(question: SqlQuestion): Promise<SqlReply> {
  const url = new URL(question.url);
  const user = decodeURIComponent(url.username) || 'default';
  const password = question.key ?? decodeURIComponent(url.password);
  const database = url.pathname.slice(1);
  url.username = '';
  url.password = '';
  url.pathname = '/';
  url.searchParams.set('default_format', question.format);
  if (database !== '') url.searchParams.set('database', database);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: question.sql,
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
    });
    const text = await response.text();
    if (response.ok) return { kind: 'answered', text };
    return { kind: 'refused', message: text.trim() };
  } catch (error) {
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    return { kind: 'unreachable', message: `${url.host}: ${cause.message}` };
  }
}
