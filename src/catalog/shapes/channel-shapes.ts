// Channels: how decisions of placements leave.

import { z } from 'zod';
import { DURATION_PATTERN, durationMs } from '../../model/duration.ts';
import { expression, mapOf, may, must, record } from './scalars.ts';

const ENV = 'the name of an environment variable such as PUSH_SECRET';
const env = z
  .string({ error: ENV })
  .regex(/^[A-Z_][A-Z0-9_]*$/, { error: ENV })
  .max(200, { error: ENV })
  .describe(ENV);

const ADDRESS = 'a text such as https://push.example/send';
const address = z.string({ error: ADDRESS }).describe(ADDRESS);

const TEXT = 'a text, which may have templates';
const text = z.string({ error: TEXT }).min(1, { error: TEXT }).describe(TEXT);

/** More than any endpoint takes. */
const RATE_COUNT_MAX = 100_000;
const RATE = 'a rate such as 20/s, 20/m or 100/10s';
const RATE_PATTERN = /^([1-9]\d{0,5})\/(.+)$/;

const rate = z
  .string({ error: RATE })
  .regex(RATE_PATTERN, { error: RATE })
  .refine((value) => readRate(value) !== null, { error: RATE })
  .describe(RATE);

/** So many in each `perMs`; null for what is no rate. */
export function readRate(value: string): { count: number; perMs: number } | null {
  const [, count, per = ''] = RATE_PATTERN.exec(value) ?? [];
  const duration = /^(ms|[smhdw])$/.test(per) ? `1${per}` : per;
  const perMs = DURATION_PATTERN.test(duration) ? durationMs(duration) : null;
  if (count === undefined || perMs === null || perMs === 0) return null;
  return Number(count) > RATE_COUNT_MAX ? null : { count: Number(count), perMs };
}

const BODY = 'a map, a list or a text, which may have templates';
const RATE_TEXT = 'messages at most, by all workers together';

export const webhookShape = record({
  url: may(address, 'where a decision is posted to, `http:` or `https:`', '`url_env` has it'),
  url_env: may(env, 'the environment variable that has it, where it is a secret', '`url` has it'),
  secret_env: may(
    env,
    'has the secret that signs each request; that must be `whsec_` and base64',
    'it is not signed',
  ),
  rate: may(rate, RATE_TEXT, 'as many as the endpoint takes'),
  body: may(
    z
      .union([mapOf(z.unknown(), BODY), z.array(z.unknown()), z.string()], { error: BODY })
      .describe(BODY),
    'the JSON that is sent',
    'the standard body',
  ),
  success: may(
    expression,
    'what must hold of `response`, the JSON of the answer, beside a status 2xx',
    'the status alone says it',
  ),
  headers: may(
    mapOf(z.string({ error: 'a text' }), 'a map from names of headers to their texts'),
    'headers beside those that Proffer sets',
    'none',
  ),
  headers_env: may(
    mapOf(env, 'a map from names of headers to names of environment variables'),
    'headers that are secret, such as `authorization`',
    'none',
  ),
});

export const smtpShape = record({
  url: may(
    z
      .string({ error: 'a text such as smtp://mail.example:587' })
      .describe('a text such as smtp://mail.example:587'),
    'the mail server, `smtp:` or `smtps:`',
    '`url_env` has it',
  ),
  url_env: may(env, 'the environment variable that has it, with user and password', '`url` has it'),
  rate: may(rate, RATE_TEXT, 'as many as the server takes'),
  from: must(text, 'whom mails are from'),
  to: must(text, 'whom they go to; where it is empty, nothing is sent'),
  reply_to: may(text, 'whom an answer goes to', '`from`'),
  subject: must(text, 'the subject'),
  text: must(text, 'the mail as plain text'),
  html: may(
    text,
    'the mail as HTML; what templates put into it is text, and `{{ … }}` alone is HTML itself',
    'plain text alone',
  ),
  headers: may(
    mapOf(text, 'a map from names of headers to their texts, which may have templates'),
    'headers beside these, such as `List-Unsubscribe`; one that is empty is left out',
    'none',
  ),
});

/** Characters of a channel's name, in `channels` and of a placement. */
export const CHANNEL_NAME_MAX = 64;

export const CHANNEL_KINDS = ['webhook', 'smtp', 'stream'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** For editors; the compiler tells the kinds apart by itself, and so says what is wrong in one. */
export const channelEntry = z
  .union([
    z.literal('stream'),
    record({ stream: z.strictObject({}).nullable() }),
    record({ webhook: webhookShape }),
    record({ smtp: smtpShape }),
  ])
  .describe('stream, or a map with webhook or smtp');
