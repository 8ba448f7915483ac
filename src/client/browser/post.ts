// One request: its answer, or how long to wait before it is sent again. The key and the token are in the
// body, which has no type of its own: so the browser asks for no preflight, and a beacon is the same.

import type { Call, Failure } from '../answers.ts';
import { warn } from './local.ts';
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

interface Body {
  readonly [field: string]: unknown;
  readonly batch?: readonly Call[];
}

export interface Poster {
  /** A body as `/v1/…` takes it. */
  text(body: object, token: string | null): string;
  /**
   * With the token of a visitor's id, and once again if that was over.
   * Where none is known, and the body names a user, it is asked for again.
   */
  send(
    path: string,
    body: Body,
    id: string,
    using?: (token: string | null) => void,
  ): Promise<Reply>;
}

/** Larger bodies do not outlive the page: browsers allow 64 KB for all that do. */
const KEEPALIVE_CHARS_MAX = 20_000;
const TIMEOUT_MS = 15_000;
const WAIT_MS_MAX = 600_000;

/** @param loggedIn hears that somebody has got a token meanwhile */
export function posterTo(
  endpoint: string,
  writeKey: string,
  visitor: Visitor,
  loggedIn: () => void,
): Poster {
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
    const passes = /^0|408|429|^5/.test(`${status}`);
    const error = json?.error ?? {
      code: status ? `http_${status}` : 'unreachable',
      message: 'No answer.',
    };
    return { status, json, waitMs: passes ? Math.min(after * 1e3, WAIT_MS_MAX) || 0 : null, error };
  };
  return {
    text,
    async send(path, body, id, using) {
      let token = await visitor.token(id);
      if (!token && body.batch?.some(({ userId }) => userId)) {
        // Nobody was logged in when it was asked for; perhaps somebody is now.
        token = await visitor.another(id, null);
        if (token) loggedIn();
      }
      using?.(token);
      let reply = await post(path, text(body, token));
      if (token && reply.error.code === 'invalid_token') {
        const next = await visitor.another(id, token);
        if (next) reply = await post(path, text(body, next));
      }
      if (reply.status !== 200 && reply.waitMs === null) warn(reply.error);
      return reply;
    },
  };
}
