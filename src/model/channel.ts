// How decisions of a placement leave: what `channels:` of a catalog says (API.md, How decisions leave).

import type { Condition, TreatmentRenderer } from './value.ts';

/** A text that the catalog has, or the name of the environment variable that has it. */
export type TextOrEnv = { readonly text: string } | { readonly env: string };

interface Carrying {
  readonly name: string;
}

/** An HTTP endpoint that takes one decision a request. */
export interface WebhookChannel extends Carrying {
  readonly kind: 'webhook';
  readonly url: TextOrEnv;
  /** Environment variable with the secret that requests are signed with; null = they are not. */
  readonly secretEnv: string | null;
  /** Beside Proffer's own, by name. */
  readonly headers: ReadonlyMap<string, TextOrEnv>;
  /** Requests, over all workers; null = as many as the endpoint takes. */
  readonly rate: { readonly count: number; readonly perMs: number } | null;
  /** null = the standard body. Rendered under the key `body`. */
  readonly body: TreatmentRenderer | null;
  /** What `response`, the answer's JSON, must be beside 2xx; null = nothing. */
  readonly success: Condition | null;
}

/** A mail server. */
export interface SmtpChannel extends Carrying {
  readonly kind: 'smtp';
  readonly url: TextOrEnv;
  /**
   * Renders `from`, `to`, `subject`, `text`, and `reply_to` and `html` where the catalog has them, all
   * texts; and `headers`, texts by name.
   */
  readonly mail: TreatmentRenderer;
  readonly rate: { readonly count: number; readonly perMs: number } | null;
}

/** Pages, apps and programs that are connected (`GET /v1/stream`). */
export interface StreamChannel extends Carrying {
  readonly kind: 'stream';
}

export type ChannelDefinition = WebhookChannel | SmtpChannel | StreamChannel;
