// Decisions leave by mail, through a real SMTP server.

import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RedisOfFile } from '../timers/redis-of-file.ts';
import { DeliveryShop, type ShopOptions } from './delivery-shop.ts';

interface Mail {
  readonly to: readonly string[];
  readonly raw: string;
}

type Failing = Error & { responseCode?: number };
const refusal = (responseCode: number): Failing => Object.assign(new Error('no'), { responseCode });

const redis = new RedisOfFile();
const mails: Mail[] = [];
let server: SMTPServer;
let shop: DeliveryShop;
let refusing: (address: string) => Failing | null;
let refusingData: () => Failing | 'die' | null;
beforeEach(async () => {
  mails.length = 0;
  refusing = () => null;
  refusingData = () => null;
  server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false, closeTimeout: 100 },
    onRcptTo: (address, _session, done) => done(refusing(address.address)),
    onData(stream, session, done) {
      let raw = '';
      const refused = refusingData();
      if (refused === 'die') {
        stream.once('data', () => {
          for (const { _socket } of (server as unknown as Connected).connections) _socket.destroy();
        });
        return;
      }
      stream.on('data', (chunk) => {
        raw += chunk;
      });
      stream.on('end', () => {
        if (refused === null) {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        }
        done(refused);
      });
    },
  } as SMTPServerOptions);
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await shop.close();
  await new Promise<void>((resolve) => server.close(resolve));
});

interface Connected {
  readonly connections: Set<{ readonly _socket: { destroy(): void } }>;
}

const url = () => `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;

/** @param mail its parts, and traits that they are made of */
async function mailTo(to: string, mail: object = {}, options: ShopOptions = {}) {
  const smtp = {
    ...{ url_env: 'SMTP_URL', from: 'Shop <shop@example.com>', to: '{{ traits.email }}' },
    ...{ subject: 'Hi', text: 'For you', ...mail },
  };
  shop = new DeliveryShop(
    redis.connection,
    { email: { smtp } },
    { env: { SMTP_URL: url() }, ...options },
  );
  await shop.identify('u1', { email: to, bad: BAD, long: 'x'.repeat(10_000) });
  return shop.send('u1', 'Read');
}

async function firstRow(to: string, mail: object = {}, options: ShopOptions = {}) {
  await mailTo(to, mail, options);
  return shop.work('its row', async () => (await shop.rows())[0]);
}

const BAD = 'x\r\nBcc: victim@example.com\r\n\r\nbody';

it('with text and HTML, and an id that is the same for every attempt', async () => {
  let busy = true;
  refusing = () => (busy ? refusal(451) : null);
  const html = '<b>For you</b>';
  const [id] = await mailTo('Ann <ann@example.com>', { subject: 'Grüße', html });
  const first = await shop.work('its row', async () => (await shop.rows())[0]);
  expect(first).toMatchObject({ status: 'failed', reason: 'smtp_451', attempt: 1 });
  busy = false;
  shop.aheadMs = 2_000;
  const sent = await shop.work('the second', async () => (await shop.rows())[1]);
  expect(sent).toMatchObject({ status: 'sent', attempt: 2, channel: 'email' });
  const [mail] = mails;
  expect(mail!.to).toEqual(['ann@example.com']);
  expect(mail!.raw).toContain(`Message-ID: <${id}@example.com>`);
  expect(mail!.raw).toContain(`X-Entity-Ref-ID: ${id}`);
  expect(mail!.raw).toMatch(/Subject: =\?UTF-8\?/);
  expect(mail!.raw).toMatch(/text\/plain[\s\S]*For you[\s\S]*text\/html[\s\S]*<b>For you<\/b>/);
});

it.each(['', '  ', 'nobody', '<>', ','])('no address in %j: it is given up at once', async (to) => {
  expect(await firstRow(to)).toMatchObject({ status: 'failed', reason: 'no_address' });
  expect((await shop.rows())[0]).not.toHaveProperty('next_at');
  expect(mails).toEqual([]);
});

it('several addresses in a trait are none: visitors say their traits themselves', async () => {
  expect(await firstRow('a@example.com, b@example.com')).toMatchObject({ reason: 'no_address' });
  expect(mails).toEqual([]);
});

it('a line break in a subject or an address begins no header and no other recipient', async () => {
  const bad = '{{ traits.bad }}';
  const row = await firstRow('ann@example.com', { subject: bad, from: `${bad} <a@b.c>` });
  expect(row.status).toBe('sent');
  expect(mails[0]!.to).toEqual(['ann@example.com']);
  expect(mails[0]!.raw).not.toMatch(/^Bcc:/im);
});

it('headers of its own and who is answered, each on a line', async () => {
  const row = await firstRow('ann@example.com', {
    reply_to: 'Help <help@example.com>',
    headers: {
      'List-Unsubscribe': '<https://shop.example/out?c={{ customer.id }}>',
      'X-Bad': '{{ traits.bad }}',
      'X-None': '{{ traits.none }}',
    },
  });
  expect(row.status).toBe('sent');
  expect(mails[0]!.to).toEqual(['ann@example.com']);
  const { raw } = mails[0]!;
  expect(raw).toContain('Reply-To: Help <help@example.com>');
  expect(raw).toContain('List-Unsubscribe: <https://shop.example/out?c=u1>');
  expect(raw).toMatch(/^X-Bad: x Bcc: victim@example\.com body\r?$/m);
  expect(raw).not.toMatch(/^(?:Bcc|X-None):/im);
});

it('a recipient whom the server does not know is given up at once', async () => {
  refusing = () => refusal(550);
  expect(await firstRow('ann@example.com')).toMatchObject({ reason: 'rejected' });
  expect((await shop.rows())[0]).not.toHaveProperty('next_at');
});

it('a server that dies in mid-message gets it again', async () => {
  let deaths = 0;
  refusingData = () => (deaths++ < 1 ? 'die' : null);
  const row = await firstRow('ann@example.com', { text: '{{ traits.long }}'.repeat(10) });
  expect(row).toMatchObject({ status: 'failed', reason: 'connection_lost' });
  expect(row).toHaveProperty('next_at');
  shop.aheadMs = 2_000;
  await shop.work('the second', async () => (await shop.rows())[1]?.status === 'sent');
  expect(mails).toHaveLength(1);
});

it.each([
  ['no_url', {}],
  ['no_url', { SMTP_URL: 'http://127.0.0.1/' }],
  ['connect_failed', { SMTP_URL: 'smtp://127.0.0.1:1' }],
  ['dns_failed', { SMTP_URL: 'smtp://user:s3cret@nowhere.invalid' }],
])('%s with %j', async (reason, env) => {
  expect(await firstRow('ann@example.com', {}, { env })).toMatchObject({ reason });
  expect(shop.logged.join()).not.toContain('s3cret');
});
