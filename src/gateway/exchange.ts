// Hot path. One request with a body, from its headers to its answer:
//
//   open ─► reading ─► handling ─► ended
//    │401 403 429 503    │400 413 too large, broken gzip, not JSON · 408 too slow
//    └─ 400 413 Content-Length over the limit
//
// uWebSockets.js: a response must not be touched after it ended or was aborted (`ended` guards every
// use), chunks are only valid inside their callback (kept chunks are copied), and everything after
// the first callback must be corked. It reads chunked bodies too, and closes by itself: requests
// with both Content-Length and Transfer-Encoding, requests pipelined behind an unanswered one,
// malformed heads, and senders that are silent for 8 to 12 s (before that they get our 408).

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { Buffer } from 'node:buffer';
import { ERRORS, type ErrorCode, Unavailable, Unreadable } from '../errors.ts';
import type { Arriving } from './admission.ts';
import { BodyBytes } from './body-bytes.ts';
import type { BodyExchange, BodyRoute } from './body-route.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { jsonFault, parseBody } from './json-body.ts';
import type { ApiKey } from './keys/api-key.ts';
import { mayDo } from './keys/key-kinds.ts';
import { constantErrorBody, faultBody, isSentAway, writeJson } from './replies.ts';
import { admitByBody, type Caller, letIn, type NewKey, onceKnown } from './request-key.ts';

/** Where a customer token is, when it is not in the body. */
function tokenOf(req: HttpRequest): string {
  return req.getHeader('x-customer-token') || (req.getQuery('customerToken') ?? '');
}

export class Exchange implements Arriving, BodyExchange, Caller {
  /** Answered, or the caller is gone. */
  ended = false;
  isArriving = true;
  /** Known before `handle` is called. */
  key: ApiKey | null = null;
  private secret = '';
  token = '';
  /** Of the page that sends, where the route answers with it; '' = none. */
  private origin = '';
  readonly startedAtMs: number;
  /** When the body was complete; epoch ms. */
  receivedAtMs = 0;
  /** Raw query string, where the route reads it. */
  query = '';
  parameter = '';
  /** The body as text, once it is there. */
  text = '';
  private readonly body: BodyBytes;
  /** The key of the head, where it is not known here and asked for. */
  private newKey: NewKey | null = null;

  constructor(
    private readonly res: HttpResponse,
    /** Becomes another where the key makes it one (`forWriteKeys`). */
    public route: BodyRoute,
    readonly hub: ExchangeHub,
  ) {
    this.startedAtMs = hub.parts.clock.monotonicMs();
    this.body = new BodyBytes(hub.admission);
  }

  /** Looks at the head and starts reading, or answers at once. */
  open(req: HttpRequest): void {
    const { hub, res } = this;
    hub.admission.enter(this);
    if (this.route.takesBeacons) this.origin = req.getHeader('origin');
    const closed = hub.admission.closed();
    if (closed !== null) {
      this.unavailable(closed, 1);
      return;
    }
    const authorization = req.getHeader('authorization');
    const secret = authorization === '' ? null : hub.secrets.of(authorization);
    if (secret !== null) {
      this.newKey = letIn(this, hub.parts.keys, secret);
      if (this.ended) return;
      // The body is read meanwhile.
      if (this.newKey !== null) res.onAborted(() => this.abort());
      const { key } = this;
      const waitMs = hub.rates === null || key === null ? 0 : hub.rates.knownWaitMs(key);
      if (waitMs > 0) {
        this.limit(waitMs);
        return;
      }
    }
    if (this.key === null || this.key.kind === 'browser') this.token = tokenOf(req);
    const length = req.getHeader('content-length');
    if (length !== '' && Number(length) > this.route.bodyBytesMax) {
      this.whenKnown(() => this.refuseTooLarge());
      return;
    }
    const encoding = req.getHeader('content-encoding').toLowerCase();
    if (encoding === 'gzip' || encoding === 'x-gzip') this.body.isGzip = true;
    else if (encoding !== '' && encoding !== 'identity') {
      this.whenKnown(() => this.refuse('unsupported_encoding'));
      return;
    }
    if (this.route.readsParameter === true) this.parameter = req.getParameter(0);
    if (this.route.readsQuery) this.query = req.getQuery() ?? '';
    res.onAborted(() => this.abort());
    res.onData((chunk, isLast) => this.take(chunk, isLast));
  }

  /** Answers 200 with JSON text. */
  succeed(json: string): void {
    this.send(200, json, 0);
  }

  /** Answers with a code of the errors table, or a more exact fault. */
  refuse(why: ErrorCode | Fault): void {
    if (typeof why === 'string') this.send(ERRORS[why].status, constantErrorBody(why), 0);
    else this.send(ERRORS[why.code].status, faultBody(why), 0);
  }

  /** As `refuse`, and leaves a row in `rejected`. */
  reject(why: Fault, messageId: string | null = null, customerId: string | null = null): void {
    this.record(why, messageId, customerId, this.text);
    this.refuse(why);
  }

  /** Leaves a row in `rejected`, if the route does. @param body what cannot be accepted */
  record(why: Fault, messageId: string | null, customerId: string | null, body: string): void {
    const { key, secret, hub, route } = this;
    if (key === null || !route.recordsRejections) return;
    const at = this.receivedAtMs === 0 ? hub.parts.clock.nowMs() : this.receivedAtMs;
    hub.rejections.record(at, route.name, key, secret, why, messageId, customerId, body);
  }

  /** Answers with a retryable code and Retry-After. @param status if not that of the table */
  unavailable(code: ErrorCode, retryAfterS: number, status: number = ERRORS[code].status): void {
    if (!this.ended && isSentAway(status)) this.hub.admission.sentAway(code);
    this.send(status, constantErrorBody(code), Math.max(1, Math.ceil(retryAfterS)));
  }

  expire(): void {
    this.send(408, constantErrorBody('request_timeout'), 0, true);
  }

  nowMs(): number {
    return this.hub.parts.clock.nowMs();
  }

  entered(key: ApiKey, secret: string): void {
    this.key = key;
    this.secret = secret;
    this.hub.kinds.of(key.kind).value++;
    const { forWriteKeys } = this.route;
    if (forWriteKeys !== null && !mayDo(key, 'admin')) this.route = forWriteKeys;
  }

  private take(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.ended) return;
    const taken = this.body.take(chunk, isLast, this.route.bodyBytesMax);
    if (typeof taken === 'string') {
      if (taken !== 'more') this.refuseTaken(taken);
      return;
    }
    this.hub.admission.arrived(this);
    this.isArriving = false;
    if (this.hub.admission.sheds()) {
      this.unavailable('overloaded', 1);
      return;
    }
    this.receivedAtMs = this.hub.parts.clock.nowMs();
    try {
      if (this.newKey === null) this.read(taken);
      else this.readLater(taken);
    } catch (error) {
      this.fail(error);
    }
  }

  private refuseTaken(why: 'over' | 'endless' | 'no_room'): void {
    if (why === 'no_room') this.unavailable('overloaded', 1);
    else if (why === 'over') {
      this.text = this.body.head;
      this.whenKnown(() => this.refuseTooLarge());
    } else {
      const { tooLarge } = this.route;
      this.send(ERRORS[tooLarge].status, constantErrorBody(tooLarge), 0, true);
    }
  }

  private whenKnown(goOn: () => void): void {
    if (this.newKey === null) goOn();
    else void onceKnown(this, this.newKey, goOn);
  }

  /** A chunk is only lent. */
  private readLater(raw: Buffer): void {
    const kept = Buffer.from(raw);
    this.whenKnown(() => this.read(kept));
  }

  private read(raw: Buffer): void {
    const { body: came, route } = this;
    const bytes = came.isGzip ? came.inflated(raw, route.bodyBytesMax) : raw;
    if (typeof bytes === 'string') {
      this.text = came.head;
      if (bytes === 'no_room') this.unavailable('overloaded', 1);
      else if (bytes === 'too_large') this.refuseTooLarge();
      else this.reject(fault('invalid_json', 'The body is not valid gzip.'));
      return;
    }
    this.text = bytes.toString('utf8');
    const isEmpty = bytes.length === 0 && route.bodyMayLack;
    const body = isEmpty ? {} : parseBody(this.text, bytes);
    if (body === undefined) {
      if (this.key === null) this.refuse('missing_key');
      else this.reject(fault('invalid_json', jsonFault(bytes)));
      return;
    }
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const object = isObject ? (body as Body) : null;
    if (this.key === null) admitByBody(this, this.hub.parts.keys, object);
    else if (object !== null) this.admit(object);
    else this.reject(fault('invalid_request', 'The body must be a JSON object.'));
  }

  /** Handles a body when its key's rate allows. */
  admit(body: Body): void {
    const { rates } = this.hub;
    const wait = rates === null ? 0 : rates.take(this.key!, this.route.eventsOf(body));
    if (wait === 0) this.handle(body);
    else if (typeof wait === 'number') this.limit(wait);
    else {
      wait
        .then((waitMs) => {
          if (waitMs > 0) this.limit(waitMs);
          else if (!this.ended) this.handle(body);
        })
        .catch((error: unknown) => this.fail(error));
    }
  }

  private handle(body: Body): void {
    const handled = this.route.handle(this, body);
    if (handled !== undefined) handled.catch((error: unknown) => this.fail(error));
  }

  private limit(waitMs: number): void {
    this.hub.admission.limited.value++;
    this.unavailable('rate_limited', waitMs / 1_000);
  }

  private refuseTooLarge(): void {
    this.reject(fault(this.route.tooLarge, ERRORS[this.route.tooLarge].message));
  }

  /** Answers an error that was thrown on the way. */
  fail(error: unknown): void {
    if (error instanceof Unavailable) this.unavailable(error.code, error.retryAfterS);
    else {
      this.hub.parts.onFault(error);
      if (error instanceof Unreadable) this.refuse('unreadable_customer');
      else this.unavailable('internal', 1);
    }
  }

  private abort(): void {
    if (!this.ended) this.end();
  }

  private end(): void {
    this.ended = true;
    this.body.drop();
    this.hub.admission.leave(this, this.body.held);
  }

  private send(status: number, body: string, retryAfterS: number, close = false): void {
    if (this.ended) return;
    this.end();
    const { hub, res } = this;
    hub.responses[status]!.value++;
    hub.latency.record(hub.parts.clock.monotonicMs() - this.startedAtMs);
    const retryS = retryAfterS > 0 || !isSentAway(status) ? retryAfterS : 1;
    const limits = hub.rates === null || this.key === null ? '' : hub.rates.headersOf(this.key);
    const closing = close || hub.drain.isClosing;
    res.cork(() => writeJson(res, status, body, retryS, limits, closing, this.origin));
  }
}
