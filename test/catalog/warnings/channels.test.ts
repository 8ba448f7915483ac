// What is most likely not meant in `channels:`.

import { describe, expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';
import { MAIL, mail, shop, URL_KEY, webhook } from '../push-shop.ts';

describe('warnings of channels', () => {
  const NAMED = `${URL_KEY}, secret_env: A`;

  it('none where all is as it should be', () => {
    expect(warningsOf(webhook(`${NAMED}, headers: { x-tenant: a }`))).toEqual([]);
  });

  it.each(['url_env: A', `${URL_KEY}, headers_env: { authorization: A }`])(
    'none of a signature where the receiver knows its callers otherwise: %s',
    (webhookOf) => {
      expect(warningsOf(webhook(webhookOf))).toEqual([]);
    },
  );

  it.each([
    [webhook(URL_KEY), 'requests are not signed'],
    [webhook(`${URL_KEY}, headers: { x-tenant: a }`), 'requests are not signed'],
    [webhook('url: "http://localhost:80/a", secret_env: A'), '"localhost" is a private address'],
    [webhook('url: "http://10.0.0.7/a", secret_env: A'), '"10.0.0.7" is a private address'],
    [webhook('url: "http://0x7f.1/a", secret_env: A'), '"127.0.0.1" is a private address'],
    [webhook('url: "http://[::1]/a", secret_env: A'), '"[::1]" is a private address'],
    [webhook('url: "http://[::ffff:10.0.0.1]/a", secret_env: A'), 'is a private address'],
    [webhook('url: "https://a.example/send?key=1", secret_env: A'), '"key" looks like a secret'],
    [webhook(`${NAMED}, headers: { X-Api-Key: a }`), '"X-Api-Key" looks like a secret'],
    [
      shop('  push: stream').replace('segment.vip', "segment.vip && context.device == 'a'"),
      'placements.app.when: context is asked again before sending, when there is none',
    ],
    [shop('  pusch: stream'), 'no placement has this channel'],
    [mail(`url_env: A, ${MAIL}`), 'placements.app: sends mails to who never agreed'],
    [
      shop('  push: stream', 'triggers: { x: { at: traits.b, wait: 1d, decide: app } }'),
      'triggers.x.wait: `wait` changes nothing',
    ],
  ])('%#', (text, warning) => {
    expect(warningsOf(text)).toEqual([expect.stringContaining(warning)]);
  });

  it('none of a `wait` where another placement of the trigger answers who asks', () => {
    const trigger = 'triggers: { x: { at: traits.b, wait: 1d, decide: [app, web] } }';
    const text = shop('  push: stream', trigger)
      .replace('{ app: { title: Hi } }', '{ app: {}, web: {} }')
      .replace('placements:', 'placements:\n  web: {}');
    expect(warningsOf(text)).toEqual([]);
  });
});

describe('texts of messages that would be empty', () => {
  const body = (text: string, more = '') =>
    webhook(`${URL_KEY}, secret_env: A, body: { a: "${text}" }${more}`);
  const to = (key: string, value = '{{ traits.phone }}') =>
    webhook(`${URL_KEY}, secret_env: A, body: { ${key}: "${value}" }`);
  const asked = (when: string) =>
    to('to').replace('when: segment.vip', `when: segment.vip && (${when})`);

  it.each([
    [
      '{{ treatment.titel }}',
      'no offer has "titel" in its treatment for app (did you mean title?)',
    ],
    ["Hi {{ treatment['titel'] }}", '(did you mean title?)'],
    ["{{ or(treatment.titel, 'Hi') }}", '(did you mean title?)'],
    ['{{ treatment.image.url }}', 'no offer has "image" in its treatment for app'],
  ])('are warned of: %s', (text, warning) => {
    expect(warningsOf(body(text))).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    '{{ treatment.title }}',
    '{{ treatment }}',
    "{{ or(treatment.image, 'none.png') }}",
    '{{ known(treatment.image) }}',
    '{{ treatment[traits.a] }}',
  ])('are none: %s', (text) => {
    expect(warningsOf(body(text))).toEqual([]);
  });

  it('are none where the offer of another placement of the channel has it', () => {
    const two = (channel: string) =>
      body('{{ treatment.text }}')
        .replace('{ app: {', `{ sms: { text: T }, app: {`)
        .replace('placements:', `placements:\n  sms: { channel: ${channel} }`);
    expect(warningsOf(two('push'))).toEqual([]);
    expect(warningsOf(two('other'))).toEqual([expect.stringContaining('no offer has "text"')]);
  });

  it('are warned of in mails', () => {
    const text = mail(`url_env: A, ${MAIL.replace('text: T', 'text: "{{ treatment.titel }}"')}`);
    const agreed = text
      .replace('{ channel: push', '{ consent: m, channel: push')
      .replace('features:', 'consent: { m: { default: denied } }\nfeatures:');
    expect(warningsOf(agreed)).toEqual([expect.stringMatching(/smtp\.text: .*"titel"/)]);
  });

  it.each(['to', 'token', 'push_token', 'pushToken', 'phoneNumber', 'touser', 'recipient'])(
    'are warned of where an address may be missing: %s',
    (key) => {
      expect(warningsOf(to(key))).toEqual([
        expect.stringMatching(/ without phone, and sent .* `when: known\(traits\.phone\)` in app$/),
      ]);
    },
  );

  it.each([
    to('name'),
    to('topic'),
    to('to', 'tel:{{ traits.phone }}'),
    to('to', '{{ or(traits.phone, traits.tel) }}'),
    to('to', '{{ customer.id }}'),
    asked('known(traits.phone)'),
    asked("traits.phone == 'none'"),
    to('to').replace('vip: orders > 3', 'vip: orders > 3 && known(traits.phone)'),
    to('to').replace('hi: {', 'hi: { eligibility: known(traits.phone),'),
  ])('%#: are none where no address is meant, or it is asked for', (text) => {
    expect(warningsOf(text)).toEqual([]);
  });

  it('are warned of in lists, and where another trait is asked for', () => {
    const list = asked('known(traits.email)').replace(
      '"{{ traits.phone }}"',
      '["{{ traits.phone }}"]',
    );
    expect(warningsOf(list)).toEqual([expect.stringContaining('without phone')]);
  });
});
