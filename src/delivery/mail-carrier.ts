// Hands messages to one mail server. Unlike webhooks, servers at private addresses are allowed: mail
// servers mostly are, and only whoever sets the environment or publishes catalogs names one; what is
// sent to it is mail and nothing that a page or a database would take for its own.
//
// Headers are the library's to write: a line break in a subject or a name cannot begin another one.

import { createTransport, type Transporter } from 'nodemailer';
import type { SmtpChannel } from '../model/channel.ts';
import type { JsonObject } from '../model/json.ts';
import { type Attempt, failed, SENT } from './attempt.ts';
import type { ChannelSecrets } from './channel-secrets.ts';
import { failureOf } from './socket-failures.ts';

/**
 * A trait may hold a list, and visitors say their traits themselves: nobody may have the shop write to
 * strangers. To reach several, a mail server has lists.
 */
const RECIPIENTS_MAX = 1;

export interface MailCarrierParts {
  readonly secrets: ChannelSecrets;
  /** Of a mail in all, waiting for a connection included, ms. */
  readonly timeoutMs: number;
  /** Of connecting and of each answer, ms. */
  readonly answerMs: number;
  readonly connectionsMax: number;
}

export class MailCarrier {
  private pool: { readonly url: string; readonly transport: Transporter } | null = null;

  constructor(private readonly parts: MailCarrierParts) {}

  async send(channel: SmtpChannel, deliveryId: string, message: JsonObject): Promise<Attempt> {
    const url = this.parts.secrets.text(channel.name, channel.url);
    if (url === null) return failed('no_url');
    const { from, to, reply_to: replyTo, subject, text, html } = message as unknown as Mail;
    if (typeof to !== 'string' || to.trim() === '') return NO_ADDRESS;
    const transport = this.transportOf(url);
    if (transport === null) {
      const why = 'is set, but is no smtp: or smtps: address';
      if ('env' in channel.url) this.parts.secrets.unusable(channel.name, channel.url.env, why);
      return failed('no_url');
    }
    const signal = AbortSignal.timeout(this.parts.timeoutMs);
    try {
      await transport.sendMail({
        ...{ from, to, subject, text, ...(html !== undefined && { html }) },
        ...(replyTo && { replyTo }),
        // The same for every attempt: whoever gets it twice can tell.
        messageId: `<${deliveryId}@${domainOf(from)}>`,
        headers: { ...headersOf(message), 'X-Entity-Ref-ID': deliveryId },
        signal,
      });
      return SENT;
    } catch (error) {
      return signal.aborted ? failed('timeout') : attemptOf(error as MailError);
    }
  }

  close(): void {
    this.pool?.transport.close();
  }

  /** null = it is not the URL of a mail server. */
  private transportOf(url: string): Transporter | null {
    if (this.pool?.url === url) return this.pool.transport;
    if (!/^smtps?:\/\//i.test(url) || !URL.canParse(url)) return null;
    this.pool?.transport.close();
    const { connectionsMax, answerMs } = this.parts;
    const transport = createTransport({
      ...{ url, pool: true, maxConnections: connectionsMax },
      ...{ connectionTimeout: answerMs, greetingTimeout: answerMs, socketTimeout: answerMs },
      ...{ dnsTimeout: answerMs, maxRequeues: 0, maxRecipients: RECIPIENTS_MAX },
      // Templates give texts, never files or addresses to fetch.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    } as Parameters<typeof createTransport>[0]);
    transport.on('error', () => {});
    this.pool = { url, transport };
    return transport;
  }
}

interface Mail {
  readonly from: string;
  readonly to: string;
  readonly reply_to?: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** On one line each: a template may put in what a customer has typed. */
function headersOf(message: JsonObject): Record<string, string> {
  const headers = Object.entries((message as unknown as Mail).headers ?? {});
  const lines = headers.map(([name, text]) => [name, text.replace(/\s+/g, ' ').trim()] as const);
  return Object.fromEntries(lines.filter(([, text]) => text !== ''));
}

const NO_ADDRESS: Attempt = { kind: 'final', reason: 'no_address' };

function domainOf(from: string): string {
  return /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? 'proffer';
}

type MailError = NodeJS.ErrnoException & {
  readonly responseCode?: number;
  readonly command?: string;
};

function attemptOf(error: MailError): Attempt {
  const { code, responseCode, command } = error;
  // The server's word counts for more than what the library makes of it.
  if (responseCode !== undefined && responseCode >= 400) {
    if (responseCode >= 500 && command === 'RCPT TO') return { kind: 'final', reason: 'rejected' };
    return failed(code === 'EAUTH' ? 'auth_failed' : `smtp_${responseCode}`);
  }
  switch (code) {
    case 'EENVELOPE':
    case 'EMAXRECIPIENTS':
      return NO_ADDRESS;
    case 'EAUTH':
    case 'ENOAUTH':
      return failed('auth_failed');
    case 'ECONNECTION':
      return failed('connection_lost');
    case 'EPROTOCOL':
      return failed('bad_answer');
    case 'ESOCKET':
    case undefined:
      return failed(error.syscall === 'connect' ? 'connect_failed' : 'connection_lost');
    default:
      return failed(failureOf(error));
  }
}
