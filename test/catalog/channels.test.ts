// `channels:`: each kind as it is written, and refused with what to write instead.

import { describe, expect, it } from 'vitest';
import type { WebhookChannel } from '../../src/model/channel.ts';
import { onlyFault, reported, valid } from './compile.ts';
import { MAIL, mail, shop, URL_KEY, webhook } from './push-shop.ts';

describe('channels', () => {
  it('are of one kind each, in the order of the catalog', () => {
    const { channels } = valid(
      shop(`  web: stream
  app: { stream: {} }
  bare: { stream: }
  push:
    webhook:
      url: https://push.example/send
      secret_env: PUSH_SECRET
      rate: 20/s
      headers: { X-Tenant: shop }
      headers_env: { Authorization: PUSH_AUTH }
      body: { to: "{{ traits.push_token }}" }
      success: response.errcode == 0
  email: { smtp: { url_env: SMTP_URL, ${MAIL}, html: <b>T</b>, rate: 100/10s } }
  In-app message: { webhook: { url_env: HOOK_URL } }`),
    );
    expect([...channels.keys()]).toEqual([
      ...['web', 'app', 'bare', 'push', 'email', 'In-app message'],
    ]);
    for (const name of ['web', 'app', 'bare']) {
      expect(channels.get(name)).toEqual({ kind: 'stream', name });
    }
    expect(channels.get('push')).toEqual({
      ...{ kind: 'webhook', name: 'push', secretEnv: 'PUSH_SECRET' },
      url: { text: 'https://push.example/send' },
      rate: { count: 20, perMs: 1_000 },
      headers: new Map<string, object>([
        ['x-tenant', { text: 'shop' }],
        ['authorization', { env: 'PUSH_AUTH' }],
      ]),
      ...{ body: expect.any(Function), success: expect.any(Function) },
    });
    expect(channels.get('email')).toMatchObject({
      ...{ kind: 'smtp', url: { env: 'SMTP_URL' }, rate: { count: 100, perMs: 10_000 } },
    });
    expect(channels.get('In-app message')).toMatchObject({
      ...{ url: { env: 'HOOK_URL' }, secretEnv: null, rate: null, body: null, success: null },
    });
  });

  it.each([
    ['20/s', 20, 1_000],
    ['20/m', 20, 60_000],
    ['100/1h', 100, 3_600_000],
    ['5/1m30s', 5, 90_000],
  ])('take a rate of %s', (rate, count, perMs) => {
    const { channels } = valid(webhook(`${URL_KEY}, rate: ${rate}`));
    expect((channels.get('push') as WebhookChannel).rate).toEqual({ count, perMs });
  });

  it.each([
    [shop('  push: strem'), 'found "strem", expected stream, or a map', 'stream'],
    [shop('  push: webhook'), 'found "webhook", expected stream, or a map', '{ webhook: { … } }'],
    [shop('  push:'), 'expected stream, or a map with webhook, smtp or stream', null],
    [shop(`  push: { webhok: { ${URL_KEY} } }`), 'unknown key "webhok"', 'webhook'],
    [
      shop(`  push: { webhook: { ${URL_KEY} }, secret_env: A }`),
      'unknown key "secret_env", expected webhook, smtp, stream: "secret_env" belongs into webhook',
      null,
    ],
    [
      shop(`  push: { webhook: { ${URL_KEY} }, stream: {} }`),
      'a channel is one of webhook, smtp, stream, this is webhook and stream',
      null,
    ],
    [shop('  push: { stream: { a: 1 } }'), 'expected nothing: a stream has no settings', null],
    [webhook('secret_env: A'), '"url" or "url_env" is missing', null],
    [webhook('ulr: https://a.b'), 'unknown key "ulr"', 'url'],
    [webhook(`${URL_KEY}, url_env: A`), '"url" and "url_env" exclude each other', null],
    [webhook('url: push.example/send'), 'expected an address such as', 'https://push.example/send'],
    [webhook('url: ftp://push.example'), 'with http: or https:', null],
    [webhook('url: "https://push.example/{{ traits.a }}"'), 'an address has no templates', null],
    [webhook(`${URL_KEY}, secret_env: whsec_abc`), 'the name of an environment variable', null],
    [webhook(`${URL_KEY}, rate: 20`), 'expected a rate such as 20/s', null],
    [webhook(`${URL_KEY}, rate: 20/0s`), 'expected a rate such as 20/s', null],
    [webhook(`${URL_KEY}, rate: 0/s`), 'expected a rate such as 20/s', null],
    [webhook(`${URL_KEY}, body:`), 'expected a map, a list or a text', null],
    [webhook(`${URL_KEY}, headers: { Webhook-Id: a }`), 'Proffer sets "Webhook-Id" itself', null],
    [webhook(`${URL_KEY}, headers: { content-type: a }`), 'Proffer sets "content-type"', null],
    [webhook(`${URL_KEY}, headers: { "a b": c }`), '"a b" is no name of a header', null],
    [webhook(`${URL_KEY}, headers: { a: "b\\r\\nc: d" }`), 'cannot stand in a header', null],
    [webhook(`${URL_KEY}, headers: { a: "{{ traits.b }}" }`), 'a header has no templates', null],
    [webhook(`${URL_KEY}, headers: { a: 1 }`), 'expected a text', '"1"'],
    [
      webhook(`${URL_KEY}, headers: { A: b }, headers_env: { a: B }`),
      'the header "a" is there twice',
      null,
    ],
    [mail(`url: https://a.b, ${MAIL}`), 'with smtp: or smtps:', null],
    [mail('url: smtp://a.b, from: a, subject: b, text: c'), '"to" is missing', null],
    [mail(`url: smtp://a.b, ${MAIL}, body: {}`), 'unknown key "body"', null],
    [mail(`url: smtp://a.b, ${MAIL}, success: true`), 'unknown key "success"', null],
    [
      shop(`  push: { ${URL_KEY}, rate: 20/s }`),
      'there is no kind of channel: put url, rate under `webhook:`',
      '{ webhook: { … } }',
    ],
    [
      shop(`  push: { url_env: A, ${MAIL} }`),
      'there is no kind of channel: put url_env, from, to, subject, text under `smtp:`',
      '{ smtp: { … } }',
    ],
    [webhook(`${URL_KEY}, method: PUT`), 'every message is a POST', null],
    [webhook(`${URL_KEY}, retry: { max: 3 }`), 'unknown key "retry": when to try again', null],
    [webhook(`${URL_KEY}, timeout: 5s`), 'docs/delivery.md, "When it fails"', null],
    [webhook(`${URL_KEY}, rate: 20 per second`), 'expected a rate such as 20/s', '20/s'],
    [webhook(`${URL_KEY}, rate: 100/minute`), 'expected a rate such as 20/s', '100/m'],
    [mail(`url: smtp://a.b, ${MAIL}, retries: 3`), 'unknown key "retries": when', null],
    [
      mail('url: smtp://a.b, from: shop, to: a@b.c, subject: S, text: T'),
      'found "shop", which is no address, expected an address such as Shop <shop@shop.example>',
      null,
    ],
    [
      mail('url: smtp://a.b, from: a@b.c, to: email, subject: S, text: T'),
      'found "email", which is no address',
      '{{ traits.email }}',
    ],
    [
      mail('url: smtp://a.b, from: a@b.c, to: traits.mail, subject: S, text: T'),
      'found "traits.mail", which is no address',
      '{{ traits.mail }}',
    ],
    [mail(`url: smtp://a.b, ${MAIL}, reply_to: help`), 'found "help", which is no address', null],
    [mail(`url: smtp://a.b, ${MAIL}, headers: { Bcc: a@b.c }`), '"Bcc" cannot be set here', null],
    [mail(`url: smtp://a.b, ${MAIL}, headers: { Reply-To: a@b.c }`), 'stands in `reply_to`', null],
    [mail(`url: smtp://a.b, ${MAIL}, headers: { "a b": c }`), 'is no name of a header', null],
    [mail(`url: smtp://a.b, ${MAIL}, headers: { A: "b\\nC: d" }`), 'it has a line break', null],
    [mail(`url: smtp://a.b, ${MAIL}, headers: { A: b, a: c }`), 'is there twice', null],
    [mail(`url: smtp://a.b, ${MAIL}, headers: { A: "{{ oders }}" }`), '"oders"', 'orders'],
    [shop(`  ${'p'.repeat(65)}: stream`), 'expected the name of a channel, of 64', null],
  ])('%#: are refused with one fault', (text, message, suggestion) => {
    const fault = onlyFault(text);
    expect(fault.message).toContain(message);
    expect(fault.suggestion).toBe(suggestion);
    expect([fault.path.split('.')[0], fault.line > 10]).toEqual(['channels', true]);
  });

  it('never quote an address with a password', () => {
    const { message, found } = onlyFault(webhook('url: https://u:pa55@push.example'));
    expect([message.includes('use url_env'), message.includes('pa55'), found]).toEqual([
      ...[true, false, null],
    ]);
  });

  it.each([
    [webhook(`${URL_KEY}, secret: hunter2`), 'secret_env'],
    [webhook(`${URL_KEY}, token: hunter2`), 'headers_env: { authorization: PUSH_TOKEN }'],
    [webhook(`${URL_KEY}, secret_env: hunter2`), null],
    [webhook('url_env: https://a.b/hunter2'), null],
    [webhook(`${URL_KEY}, headers_env: { authorization: Bearer hunter2 }`), null],
    [mail(`url: smtp://a.b, ${MAIL}, password: hunter2`), 'url_env'],
    [mail(`url_env: "smtp://u:hunter2@a.b", ${MAIL}`), null],
  ])('%#: never quote what may be a secret', (text, suggestion) => {
    const fault = onlyFault(text);
    expect(fault.suggestion).toBe(suggestion);
    expect(fault.message).toContain('a catalog is read by many');
    expect(JSON.stringify(fault)).not.toContain('hunter2');
  });

  it('are bounded', () => {
    const many = Array.from({ length: 101 }, (_, i) => `  c${i}: stream`).join('\n');
    expect(onlyFault(shop(many)).message).toBe('more than 100 channels');
  });

  it('are in the hash, and without the section nothing is', () => {
    const hash = (channels: string) => valid(shop(channels)).hash;
    const bare = valid(shop('').replace('channels:\n', ''));
    expect(hash('')).toBe(bare.hash);
    expect(bare.channels).toBe(valid('catalog: u').channels);
    expect(hash('  push: stream')).not.toBe(bare.hash);
    expect(hash('  push: { stream: {} }')).not.toBe(hash('  web: stream'));
  });
});

describe('expressions of channels', () => {
  it.each([
    ['{ a: "{{ treatment.title }}", b: ["{{ decision.offerId }}", "{{ delivery.id }}"] }'],
    ['"{{ treatment }}"'],
    ['{ to: "{{ customer.id }}", text: "{{ treatment.title }} for {{ customer.id }}" }'],
    ['["{{ orders }}", "{{ segment.vip }}", "{{ traits.a }}", "{{ now }}"]'],
    ['{ $set: { a: "{{ or(treatment.a, decision.trigger) }}" } }'],
  ])('know what is sent, and to whom: %s', (body) => {
    expect(reported(webhook(`${URL_KEY}, body: ${body}`))).toEqual([]);
  });

  it.each([
    ['event.properties.a', 'Put what it needs of the event into the treatment', null],
    ['customer.email', 'customer has no "email": it has id', 'traits.email'],
    [
      'customers',
      'There is no feature or name "customers"; known here are treatment, decision, delivery, ' +
        'customer, segment, traits, consent, now, features (orders)',
      'customer',
    ],
    ['context.a', 'There is no context here', null],
    ['firing.key', 'There is no firing here', null],
    ['before.orders', 'before can only be used in triggers', null],
    ['response.a', 'response is only known where an answer is judged', null],
    ['treatmnt.title', 'There is no feature or name "treatmnt"', 'treatment'],
    ['decision.offerid', 'decision has no "offerid": it has id, placement', 'offerId'],
    ['delivery.channel', 'delivery has no "channel": it has id', null],
    ['oders', 'There is no feature or name "oders"', 'orders'],
  ])('know nothing else: %s', (source, message, suggestion) => {
    const fault = onlyFault(webhook(`${URL_KEY}, body: { a: [{ b: "x {{ ${source} }}" }] }`));
    expect([fault.path, fault.suggestion]).toEqual([
      'channels.push.webhook.body.a[0].b',
      suggestion,
    ]);
    expect(fault.message).toContain(message);
  });

  it.each([
    ['response.errcode == 0', null],
    ["response[0].status in ['ok', 'queued'] && !has(response.error)", null],
    ['response.results.exists(r, r.ok)', null],
    ['traits.a == 1', 'Nothing but response is known here'],
    ['orders > 1', 'Nothing but response is known here'],
    ['errcode == 0', 'Nothing but response is known here'],
    ['status == 200', 'The HTTP status is judged already: only 2xx gets here'],
    ['statusCode < 300', 'The HTTP status is judged already'],
    ["status == 'ok'", 'Nothing but response is known here'],
    ['treatment.a == 1', 'treatment is only known where a message is made'],
    ["since('2026-01-01') > duration('1d')", 'there is no clock where an answer is judged'],
    ["'a'", 'A condition must be true or false'],
  ])('of success know the answer alone: %s', (success, message) => {
    const text = webhook(`${URL_KEY}, success: "${success}"`);
    if (message === null) expect(reported(text)).toEqual([]);
    else expect(onlyFault(text).message).toContain(message);
  });

  it('reserve no names: a feature may have one of theirs, and is what is meant elsewhere', () => {
    const catalog = `catalog: t
features:
  delivery:  { count: Delivered }
  treatment: { latest: properties.a, of: Treated }
  decision:  { count: Decided, by: properties.a }
  response:  { formula: delivery + 1 }
segments:
  answered: response > 1 && decision['x'] > 0 && known(treatment)
offers:
  hi: { eligibility: delivery > 1 && segment.answered, treatments: { app: { a: "{{ treatment }}" } } }
placements:
  app: { channel: push }
`;
    expect(reported(catalog)).toEqual([]);
    const channels = (body: string) =>
      `${catalog}channels: { push: { webhook: { ${URL_KEY}, body: ${body} } } }`;
    expect(reported(channels('["{{ delivery.id }}", "{{ response }}"]'))).toEqual([]);
    expect(onlyFault(channels('"{{ delivery.x }}"')).message).toContain('delivery has no "x"');
  });

  it('are told about elsewhere', () => {
    const text = shop('').replace('segment.vip', 'treatment.a == 1');
    expect(onlyFault(text).message).toBe(
      'treatment is only known where a message is made: in `channels`',
    );
  });
});
