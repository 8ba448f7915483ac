import type { ErrorCode } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import type { Body } from './gateway-parts.ts';
import type { KeyKind } from './keys/api-key.ts';

/** A POST route. */
export interface BodyRoute {
  /** For metrics and rejected rows. */
  readonly name: string;
  readonly bodyBytesMax: number;
  /** What a body over that is told. */
  readonly tooLarge: ErrorCode;
  readonly needs: KeyKind;
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
  /** What a body counts for in the rate of its key. */
  eventsOf(body: Body): number;
  /** Must end the exchange, sooner or later. */
  handle(exchange: Exchange, body: Body): void | Promise<void>;
}

/** Of a body that is one event, or one question. */
export const ONE_EVENT = (): number => 1;
