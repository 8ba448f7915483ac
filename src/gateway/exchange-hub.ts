import type { LabelledCounter, Latency, PlainCounter } from '../ops/metrics.ts';
import type { Admission } from './admission.ts';
import type { AuditLog } from './audit-log.ts';
import type { Secrets } from './credentials.ts';
import type { Drain } from './drain.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { KeyRates } from './key-rates.ts';
import type { CustomerTokens } from './keys/customer-tokens.ts';
import type { RejectionLog } from './rejection-log.ts';

/** What all exchanges of a gateway share. */
export interface ExchangeHub {
  readonly parts: GatewayParts;
  readonly admission: Admission;
  readonly drain: Drain;
  readonly rejections: RejectionLog;
  readonly audit: AuditLog;
  readonly tokens: CustomerTokens;
  readonly secrets: Secrets;
  /** null = keys have no rates. */
  readonly rates: KeyRates | null;
  /** By route. */
  readonly requests: LabelledCounter;
  /** Of those let in, by kind of their key. */
  readonly kinds: LabelledCounter;
  /** By status. */
  readonly responses: readonly PlainCounter[];
  readonly latency: Latency;
}
