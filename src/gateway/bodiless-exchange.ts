// Answers to requests without a body (GET, HEAD, and whatever no route takes).

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { Buffer } from 'node:buffer';
import { ERRORS, type ErrorCode, Unavailable } from '../errors.ts';
import type { Arriving } from './admission.ts';
import { secretOf } from './credentials.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { type Fault, fault } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';
import type { Right } from './keys/key-kinds.ts';
import {
  endWithoutLength,
  faultBody,
  headersOf,
  isSentAway,
  STATUS_LINES,
  writeStreamHead,
} from './replies.ts';
import { askFor, refusalOf } from './request-key.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** One such request. Created, it waits for its answer; it must be answered or aborted. */
export class BodilessExchange implements Arriving {
  ended = false;
  /** Of the page that asks, where the answer names it; '' = none. */
  origin = '';
  private onGone: (() => void) | null = null;
  readonly isArriving = false;
  readonly startedAtMs: number;

  constructor(
    private readonly res: HttpResponse,
    private readonly hub: ExchangeHub,
    /** HEAD: the headers of GET, without the body. */
    readonly isHead: boolean,
  ) {
    this.startedAtMs = hub.parts.clock.monotonicMs();
    hub.admission.enter(this);
    hub.admission.arrived(this);
    res.onAborted(() => {
      if (!this.ended) this.end();
      this.onGone?.();
    });
  }

  /**
   * Goes on if the key of the request allows it, else answers.
   * @param goOn may be called later: by then the request cannot be read any more
   * @param otherwise the secret, where no header has one
   */
  authorize(
    req: HttpRequest,
    needs: Right,
    goOn: (key: ApiKey, secret: string) => void,
    otherwise: string | null = null,
  ): void {
    const authorization = req.getHeader('authorization');
    const secret = (authorization === '' ? null : secretOf(authorization)) ?? otherwise;
    if (secret === null) this.refuse('missing_key');
    else {
      this.authorizeSecret(secret, needs, (key) => {
        this.within(key, () => goOn(key, secret));
      });
    }
  }

  /** As `authorize`, for a secret that came otherwise. */
  authorizeSecret(secret: string, needs: Right, goOn: (key: ApiKey) => void): void {
    const { keys } = this.hub.parts;
    const known = keys.find(secret);
    const asked = known === null ? askFor(keys, secret) : null;
    const decide = (key: ApiKey | null) => {
      const refusal = refusalOf(key, needs, this.hub.parts.clock.nowMs());
      if (refusal !== null) this.refuse(refusal);
      else if (!this.ended) {
        this.hub.kinds.of(key!.kind).value++;
        goOn(key!);
      }
    };
    if (asked === null) decide(known);
    else asked.key.then(decide).catch((error: unknown) => this.fail(error));
  }

  /** Goes on if a key's own rate allows; others have none here. */
  private within(key: ApiKey, goOn: (key: ApiKey) => void): void {
    const { rates } = this.hub;
    if (rates === null || key.options.ratePerSecond === null) {
      goOn(key);
      return;
    }
    Promise.resolve(rates.take(key, 1))
      .then((waitMs) => {
        if (waitMs > 0) {
          this.hub.admission.limited.value++;
          this.refuse('rate_limited', { 'Retry-After': String(Math.ceil(waitMs / 1_000)) });
        } else if (!this.ended) goOn(key);
      })
      .catch((error: unknown) => this.fail(error));
  }

  json(status: number, body: string): void {
    this.send(status, JSON_TYPE, body);
  }

  refuse(why: ErrorCode | Fault, extra: Readonly<Record<string, string>> = {}): void {
    const told = typeof why === 'string' ? fault(why, ERRORS[why].message) : why;
    const { status } = ERRORS[told.code];
    const more: Record<string, string> = { ...extra };
    if (status === 401) more['WWW-Authenticate'] = 'Bearer realm="proffer"';
    if (isSentAway(status)) {
      more['Retry-After'] ??= '1';
      if (!this.ended) this.hub.admission.sentAway(told.code);
    }
    this.send(status, JSON_TYPE, faultBody(told), more);
  }

  /** Answers an error that was thrown on the way. */
  fail(error: unknown): void {
    if (error instanceof Unavailable) {
      const wait = String(Math.max(1, Math.ceil(error.retryAfterS)));
      this.refuse(error.code, { 'Retry-After': wait });
      return;
    }
    this.hub.parts.onFault(error);
    this.refuse('internal');
  }

  send(
    status: number,
    contentType: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    if (this.ended) return;
    this.end();
    const { hub, res } = this;
    hub.responses[status]!.value++;
    const closing = hub.drain.isClosing;
    res.cork(() => {
      res.writeStatus(STATUS_LINES[status]!);
      res.writeHeader('Content-Type', headersOf(contentType, this.origin));
      for (const name in headers) res.writeHeader(name, headers[name]!);
      if (this.isHead) res.endWithoutBody(Buffer.byteLength(body), closing);
      else res.end(body, closing);
    });
  }

  /**
   * Ends it without an answer: what follows is written by others, for as long as they like.
   * @param onGone called when the connection is gone
   */
  handOver(status: number, onGone: () => void): HttpResponse {
    this.end();
    this.hub.responses[status]!.value++;
    this.onGone = onGone;
    return this.res;
  }

  /** The headers of a stream alone. */
  headOfStream(): void {
    if (this.ended) return;
    const res = this.handOver(200, () => {});
    res.cork(() => {
      writeStreamHead(res, this.origin);
      endWithoutLength(res, this.hub.drain.isClosing);
    });
  }

  /** What the caller has is still the same. */
  notModified(headers: Readonly<Record<string, string>>): void {
    if (this.ended) return;
    this.end();
    const { hub, res } = this;
    hub.responses[304]!.value++;
    const closing = hub.drain.isClosing;
    res.cork(() => {
      res.writeStatus(STATUS_LINES[304]!);
      res.writeHeader('Access-Control-Allow-Origin', '*');
      for (const name in headers) res.writeHeader(name, headers[name]!);
      endWithoutLength(res, closing);
    });
  }

  private end(): void {
    this.ended = true;
    this.hub.admission.leave(this, 0);
  }

  /** Bodies are not read here, so there is nothing that could be late. */
  expire(): void {}
}
