// One request: its answer, or how long to wait before it is sent again. The key and the token are in the
// body, which has no type of its own: so the browser asks for no preflight, and a beacon is the same.

import type { Failure } from '../answers.ts';
import type { Visitor } from './visitor.ts';

/** Of `/v1/batch` and `/v1/decide`, as far as it is read here. */
export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of the service
  readonly json: any;
  /** Of what may pass, when it may be tried again, at least; ms. null = it is final. */
  readonly waitMs: number | null;
  readonly error: Failure;
}

export interface Poster {
  /** A body as `/v1/…` takes it. */
  text(body: object, token: string | null): string;
  /** With the token of a visitor's id, and once again if that was over. */
  send(
    path: string,
    body: object,
    id: string,
    using?: (token: string | null) => void,
  ): Promise<Reply>;
}

/** Larger bodies do not outlive the page: browsers allow 64 KB for all that do. */
const KEEPALIVE_CHARS_MAX = 20_000;
const TIMEOUT_MS = 15_000;
const WAIT_MS_MAX = 600_000;

export function posterTo(endpoint: string, writeKey: string, visitor: Visitor): Poster {
  const text = (body: object, token: string | null) =>
    JSON.stringify({
      ...body,
      writeKey,
      sentAt: new Date(),
      ...(token && { customerToken: token }),
    });
  const post = async (path: string, body: string): Promise<Reply> => {
    let status = 0;
    let json: Reply['json'] = null;
    let after = 0;
    try {
      const response = await fetch(endpoint + path, {
        method: 'POST',
        body,
        credentials: 'omit',
        keepalive: body.length < KEEPALIVE_CHARS_MAX,
        // Safari before 16 has none; there it takes as long as it takes.
        signal: AbortSignal.timeout?.(TIMEOUT_MS) ?? null,
      });
      status = response.status;
      after = Number(response.headers.get('Retry-After'));
      json = await response.json();
    } catch {
      // No network, or what answered was not the service: as if nothing had come.
      if (status < 300) status = 0;
    }
    const passes = status === 0 || status === 408 || status === 429 || status >= 500;
    const error = json?.error ?? { code: `http_${status}`, message: '' };
    return { status, json, waitMs: passes ? Math.min(after * 1e3 || 0, WAIT_MS_MAX) : null, error };
  };
  return {
    text,
    async send(path, body, id, using) {
      const token = await visitor.token(id);
      using?.(token);
      const reply = await post(path, text(body, token));
      if (token === null || reply.error.code !== 'invalid_token') return reply;
      const next = await visitor.another(id, token);
      return next === null ? reply : post(path, text(body, next));
    },
  };
}
