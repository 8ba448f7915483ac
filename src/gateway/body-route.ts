import type { ErrorCode } from '../errors.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import type { Body, Fault } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';
import type { Right } from './keys/key-kinds.ts';

/** What a route sees of a request, and answers it by (exchange.ts); each answer ends it. */
export interface BodyExchange {
  /** Answered, or the caller is gone. */
  readonly ended: boolean;
  readonly route: BodyRoute;
  readonly hub: ExchangeHub;
  /** Known before `handle` is called. */
  readonly key: ApiKey | null;
  /** The customer token of the head or the query, where a page may have sent it; '' = none. */
  readonly token: string;
  /** When the body was complete; epoch ms. */
  readonly receivedAtMs: number;
  /** Raw query string, where the route reads it. */
  readonly query: string;
  /** What the path says, percent-encoded, where the route reads it. */
  readonly parameter: string;
  /** The body as text. */
  readonly text: string;
  /** Answers 200 with JSON text. */
  succeed(json: string): void;
  /** Answers with a code of the errors table, or a more exact fault. */
  refuse(why: ErrorCode | Fault): void;
  /** As `refuse`, and leaves a row in `rejected`. */
  reject(why: Fault, messageId?: string | null, customerId?: string | null): void;
  /** Leaves a row in `rejected`, if the route does. @param body what cannot be accepted */
  record(why: Fault, messageId: string | null, customerId: string | null, body: string): void;
  /** Answers with a retryable code and Retry-After. @param status if not that of the table */
  unavailable(code: ErrorCode, retryAfterS: number, status?: number): void;
}

/** A POST route. */
export interface BodyRoute {
  /** For metrics and rejected rows. */
  readonly name: string;
  readonly bodyBytesMax: number;
  /** What a body over that is told. */
  readonly tooLarge: ErrorCode;
  /** What its key must be allowed. */
  readonly needs: Right;
  /** What it is to a write key where that is something else; null = the same as to others. */
  readonly forWriteKeys: BodyRoute | null;
  /**
   * Whether pages may send with credentials, as `navigator.sendBeacon` does: the answers then name
   * the page's origin, since browsers take no `*` for such.
   */
  readonly takesBeacons: boolean;
  /** Whether what it refuses leaves rows in `rejected`. */
  readonly recordsRejections: boolean;
  readonly readsQuery: boolean;
  /** Whether its path has a part that says which. */
  readonly readsParameter?: boolean;
  /** Whether no body at all is an empty object. */
  readonly bodyMayLack: boolean;
  /** What a body counts for in the rate of its key. */
  eventsOf(body: Body): number;
  /** Must end the exchange, sooner or later. */
  handle(exchange: BodyExchange, body: Body): void | Promise<void>;
}

/** Of a body that is one event, or one question. */
export const ONE_EVENT = (): number => 1;
