// What a webhook is sent: where, under which headers, signed by the Standard Webhooks specification.

import { Webhook } from 'standardwebhooks';
import type { TextOrEnv, WebhookChannel } from '../model/channel.ts';
import type { JsonObject } from '../model/json.ts';
import type { ChannelSecrets } from './channel-secrets.ts';

export interface WebhookRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why there is no request: something that the channel names is not set, or of no use. */
export type NoRequest = 'no_url' | 'no_header' | 'no_secret';

export class WebhookRequests {
  private signing: { readonly secret: string; readonly webhooks: readonly Webhook[] } | null = null;

  constructor(
    private readonly secrets: ChannelSecrets,
    private readonly userAgent: string,
  ) {}

  make(
    channel: WebhookChannel,
    deliveryId: string,
    message: JsonObject,
    nowMs: number,
  ): WebhookRequest | NoRequest {
    const url = this.urlOf(channel);
    if (url === null) return 'no_url';
    const headers: Record<string, string> = {};
    for (const [name, source] of channel.headers) {
      const value = this.secrets.text(channel.name, source);
      if (value === null) return 'no_header';
      if (!FIELD_VALUE.test(value)) {
        return this.unusable(channel, source, 'no_header', 'cannot stand in a header');
      }
      headers[name.toLowerCase()] = value;
    }
    const body = JSON.stringify(message);
    headers['content-type'] ??= 'application/json';
    headers['user-agent'] = this.userAgent;
    headers['accept-encoding'] = 'identity';
    headers['content-length'] = String(Buffer.byteLength(body));
    headers['webhook-id'] = deliveryId;
    const signedAt = new Date(nowMs);
    headers['webhook-timestamp'] = String(Math.floor(nowMs / 1_000));
    if (channel.secretEnv !== null) {
      const webhooks = this.webhooksOf(channel.name, channel.secretEnv);
      if (webhooks === null) return 'no_secret';
      const signatures = webhooks.map((webhook) => webhook.sign(deliveryId, signedAt, body));
      headers['webhook-signature'] = signatures.join(' ');
    }
    return { url, headers, body };
  }

  private urlOf(channel: WebhookChannel): URL | null {
    const text = this.secrets.text(channel.name, channel.url);
    if (text === null) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
    this.unusable(channel, channel.url, 'no_url', 'is no http: or https: address');
    return null;
  }

  /**
   * One for each secret of the variable: while a secret is changed, both sign, and whoever has either of
   * them is served. Kept: making one reads the secret's bytes.
   */
  private webhooksOf(channel: string, variable: string): readonly Webhook[] | null {
    const secret = this.secrets.variable(channel, variable);
    if (secret === null) return null;
    if (this.signing?.secret === secret) return this.signing.webhooks;
    try {
      const webhooks = secret
        .trim()
        .split(/\s+/)
        .map((each) => new Webhook(each));
      this.signing = { secret, webhooks };
      return webhooks;
    } catch {
      this.secrets.unusable(channel, variable, 'is set, but is not whsec_ and base64');
      return null;
    }
  }

  private unusable(
    channel: WebhookChannel,
    source: TextOrEnv,
    reason: NoRequest,
    why: string,
  ): NoRequest {
    if ('env' in source) this.secrets.unusable(channel.name, source.env, `is set, but ${why}`);
    return reason;
  }
}

/** RFC 9110: what node:http takes as a field's value; a line break would begin another header. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
