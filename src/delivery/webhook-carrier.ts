// Hands messages to one webhook: a POST, and what its answer says. Connections are the channel's own, so
// that no other waits for them. Redirects are not followed: what answers them could be anywhere.

import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { WebhookChannel } from '../model/channel.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { type Attempt, failed, SENT } from './attempt.ts';
import { REFUSED_ADDRESS } from './guarded-lookup.ts';
import { isPublicAddress } from './public-address.ts';
import { retryAfterMs } from './retry-after.ts';
import { failureOf } from './socket-failures.ts';
import type { WebhookRequest, WebhookRequests } from './webhook-request.ts';

/** Of an answer as much is read; of a longer one the rest is not waited for. */
const ANSWER_BYTES_MAX = 65_536;
/** How long a connection that nobody uses is kept. */
const IDLE_MS = 15_000;

export interface WebhookCarrierParts {
  readonly requests: WebhookRequests;
  readonly lookup: LookupFunction;
  readonly allowsPrivate: boolean;
  /** Of connecting, sending and the answer together, ms. */
  readonly timeoutMs: number;
  readonly connectionsMax: number;
}

/** Whether an answer's JSON says that the message was taken; undefined = it is no JSON. */
export type Accepts = (channel: WebhookChannel, response: JsonValue | undefined) => boolean;

export class WebhookCarrier {
  private readonly agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(private readonly parts: WebhookCarrierParts) {
    const options = { keepAlive: true, maxSockets: parts.connectionsMax, timeout: IDLE_MS };
    this.agents = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  async send(
    channel: WebhookChannel,
    deliveryId: string,
    message: JsonObject,
    nowMs: number,
    accepts: Accepts,
  ): Promise<Attempt> {
    const request = this.parts.requests.make(channel, deliveryId, message, nowMs);
    if (typeof request === 'string') return failed(request);
    // No name, so nothing is looked up.
    const host = request.url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.parts.allowsPrivate && !isPublicAddress(host)) {
      return failed('refused_address');
    }
    const answer = await this.exchange(request, channel.success !== null).catch(() => BAD_REQUEST);
    if (answer.kind !== 'answered') return answer;
    return judged(channel, answer, accepts);
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  /** @param needsBody whether an answer is of use without all of its body */
  private exchange(request: WebhookRequest, needsBody: boolean): Promise<Answer | Attempt> {
    const { timeoutMs } = this.parts;
    const endAtMs = performance.now() + timeoutMs;
    return this.tryOnce(request, needsBody, timeoutMs).then((answer) => {
      // A connection that was kept, and had been closed meanwhile: nobody saw the request.
      if (answer !== STALE) return answer;
      const leftMs = Math.max(1, endAtMs - performance.now());
      return this.tryOnce(request, needsBody, leftMs).then((again) =>
        again === STALE ? failed('connection_lost') : again,
      );
    });
  }

  private tryOnce(
    { url, headers, body }: WebhookRequest,
    needsBody: boolean,
    timeoutMs: number,
  ): Promise<Answer | Attempt | typeof STALE> {
    return new Promise((resolve) => {
      const isSecure = url.protocol === 'https:';
      const options = { method: 'POST', headers, lookup: this.parts.lookup };
      const req = isSecure
        ? https.request(url, { ...options, agent: this.agents.https })
        : http.request(url, { ...options, agent: this.agents.http });
      let answer: Answer | null = null;
      const end = (what: Answer | Attempt | typeof STALE) => {
        clearTimeout(timer);
        resolve(what);
      };
      const timer = setTimeout(() => {
        end(answer !== null && !needsBody ? answer : failed('timeout'));
        req.destroy();
      }, timeoutMs);
      req.on('error', (error: NodeJS.ErrnoException) => {
        if (answer !== null) return end(needsBody ? failed('connection_lost') : answer);
        if (req.reusedSocket && STALE_CODES.has(error.code ?? '')) return end(STALE);
        end(failed(error.code === REFUSED_ADDRESS ? 'refused_address' : failureOf(error)));
      });
      // It went over to another protocol (101): no other event tells of it.
      req.on('close', () => {
        if (answer === null) end(failed('bad_answer'));
      });
      req.on('response', (res) => {
        const status = res.statusCode ?? 0;
        const head = { kind: 'answered', status, headers: res.headers } as const;
        answer = { ...head, text: null };
        const isWanted = needsBody && isSuccess(status);
        const chunks: Buffer[] = [];
        let bytes = 0;
        res.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) {
            end(isWanted ? failed('answer_too_large') : answer!);
            req.destroy();
          } else if (isWanted) chunks.push(chunk);
        });
        res.on('end', () => end({ ...head, text: Buffer.concat(chunks).toString() }));
        res.on('error', () => end(isWanted ? failed('connection_lost') : answer!));
      });
      req.end(body);
    });
  }
}

interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** null = it was not read. */
  readonly text: string | null;
}

/** node:http makes none of it: a password in the URL that is no percent-encoding, two lengths. */
const BAD_REQUEST = failed('bad_request');

const STALE = Symbol('stale');
const STALE_CODES = new Set(['ECONNRESET', 'EPIPE']);

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function judged(channel: WebhookChannel, { status, headers, text }: Answer, accepts: Accepts) {
  if (isSuccess(status)) {
    if (channel.success === null || accepts(channel, jsonOf(text ?? ''))) return SENT;
    return failed('not_accepted');
  }
  const reason = `http_${status}`;
  if (status === 410) return { kind: 'final', reason } as const;
  const mayAsk = status === 429 || status === 503;
  return failed(reason, mayAsk ? retryAfterMs(headers['retry-after'], Date.now()) : null);
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
