// What is sent: the decision as it was made, to the customer as it is by then.

import { describe, expect, it } from 'vitest';
import { bindProgram } from '../../../src/compose/bind-program.ts';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { WebhookChannel } from '../../../src/model/channel.ts';
import { readOutboxText } from '../../../src/model/delivery.ts';
import { emptyState } from '../../../src/model/state.ts';
import { HOUR, START } from '../support/catalog-builder.ts';
import { customerOf, shop, shopWith } from './shop.ts';

/** A delivery of an event, what it takes to send it, and the customer whose it is. */
function sent(event: string, properties = {}, catalog: Catalog = shop) {
  const customer = customerOf(catalog);
  const [made] = customer.track(event, properties).deliveries;
  const entry = readOutboxText(made!.entry)!;
  const { deliveries } = bindProgram(catalog, 1);
  const prepare = (atMs = START) => deliveries.prepare(customer.state, entry, atMs);
  return { customer, entry, prepare, deliveries };
}

describe('a message', () => {
  it('of a webhook is its body, of the customer as it is now', () => {
    const { customer, entry, prepare } = sent('Viewed', { name: 'Lamp' });
    const { decision } = entry;
    const { deliveryId } = decision.delivery;
    customer.track('Ordered');
    customer.identify({ token: 't2' });
    expect(prepare()).toEqual({
      kind: 'message',
      message: {
        to: 't2',
        list: ['For your Lamp', 1, { in: true }],
        whole: { at: 1 },
        $about: 'viewed push deal',
        ids: [decision.decisionId, deliveryId],
      },
    });
  });

  it('without a body is the standard one', () => {
    const { entry, prepare } = sent('Asked', {}, shopWith('channel: email', 'channel: hook'));
    const { decisionId, offers, delivery } = entry.decision;
    expect(prepare(START + HOUR)).toEqual({
      kind: 'message',
      message: {
        type: 'proffer.decision',
        timestamp: new Date(START).toISOString(),
        data: {
          ...{ deliveryId: delivery.deliveryId, decisionId, customerId: 'u1', placement: 'mail' },
          ...{ channel: 'hook', trigger: 'mailed', offers },
        },
      },
    });
  });

  it('of a mail is texts, whatever they are made of, and "" of what is unknown', () => {
    const { customer, prepare } = sent('Asked', { text: 42 });
    const mail = {
      ...{ from: 'Shop <shop@example.com>', to: 'li@example.com', subject: 'Offer', text: '42' },
      html: '<b>B</b>',
    };
    expect(prepare()).toEqual({ kind: 'message', message: mail });
    customer.identify({ email: null });
    expect(prepare()).toEqual({ kind: 'message', message: { ...mail, to: '' } });
  });

  it('of a mail has headers and who is answered as texts', () => {
    const more = `headers: { List-Unsubscribe: "<https://a.b/{{ customer.id }}>", X-N: "{{ orders }}" }`;
    const text = 'subject: "{{ treatment.subject }}"';
    const with_ = shopWith(text, `${text}\n      reply_to: "{{ traits.clerk }}"\n      ${more}`);
    const { prepare } = sent('Asked', {}, with_);
    expect(prepare()).toMatchObject({
      message: {
        reply_to: '',
        headers: { 'List-Unsubscribe': '<https://a.b/u1>', 'X-N': '0' },
      },
    });
  });

  it('names the customer that it is sent to', () => {
    const { customer, entry, deliveries } = sent(
      'Viewed',
      { name: 'Lamp' },
      shopWith('to: "{{ traits.token }}"', 'to: "{{ customer.id }}"'),
    );
    expect(deliveries.prepare(customer.state, entry, START)).toMatchObject({
      message: { to: 'u1' },
    });
    const survivor = emptyState('u2');
    expect(deliveries.prepare(survivor, entry, START)).toMatchObject({ message: { to: 'u2' } });
  });

  it('of a mail has what templates put into its HTML as text', () => {
    const html = `html: "<a title='{{ traits.name }}'>{{ treatment.html }}</a>"`;
    const { customer, prepare } = sent('Asked', {}, shopWith('html: "{{ treatment.html }}"', html));
    customer.identify({ name: `"L'i" & <Co>` });
    const prepared = prepare();
    const name = '&#34;L&#39;i&#34; &#38; &#60;Co&#62;';
    expect(prepared).toMatchObject({
      message: { html: `<a title='${name}'>&#60;b&#62;B&#60;/b&#62;</a>` },
    });
  });

  it('knows its own names, though features have the same', () => {
    const named = shopWith(
      'features: {',
      'features: { delivery: { count: Viewed }, decision: { count: Viewed },',
    );
    const { entry, prepare } = sent('Viewed', { name: 'Lamp' }, named);
    const { decisionId, delivery } = entry.decision;
    expect(prepare()).toMatchObject({ message: { ids: [decisionId, delivery.deliveryId] } });
  });

  it('of a stream is the decision', () => {
    const { entry, prepare } = sent('Asked', {}, shopWith('channel: email', 'channel: web'));
    expect(prepare()).toEqual({ kind: 'message', message: entry.decision });
  });

  it('is none without consent, where its placement is closed, and while that is quiet', () => {
    const { customer, prepare } = sent('Viewed', { name: 'Lamp' });
    expect(prepare(START + 12 * HOUR)).toEqual({ kind: 'later', atMs: START + 22 * HOUR });
    customer.identify({ push: 'off' });
    expect(prepare()).toEqual({ kind: 'suppressed', reason: 'placement_closed' });
    customer.identify({}, { context: { consent: { categoryPreferences: { marketing: false } } } });
    expect(prepare()).toEqual({ kind: 'suppressed', reason: 'no_consent' });
  });

  it('is none once all of its offers are over', () => {
    const limited = shopWith('    eligibility: ', '    expires: 2h\n    eligibility: ');
    const { prepare } = sent('Viewed', { name: 'Lamp' }, limited);
    expect(prepare(START + 2 * HOUR - 1).kind).toBe('message');
    expect(prepare(START + 2 * HOUR)).toEqual({ kind: 'over' });
  });

  it('is none where another catalog has no such channel, or no such placement', () => {
    const { customer, entry } = sent('Viewed', { name: 'Lamp' });
    const gone = { kind: 'suppressed', reason: 'channel_gone' };
    for (const placement of ['push', 'other']) {
      const now = { ...entry, decision: { ...entry.decision, placement } };
      const channels = placement === 'push' ? new Map() : shop.channels;
      const { deliveries } = bindProgram({ ...shop, channels }, 2);
      expect(deliveries.prepare(customer.state, now, START)).toEqual(gone);
    }
  });
});

describe('an answer', () => {
  const { deliveries } = bindProgram(shop, 1);
  const push = shop.channels.get('push') as WebhookChannel;

  it.each([
    [{ errcode: 0 }, true],
    [{ errcode: '0' }, false],
    [{ errcode: 93000 }, false],
    [{}, false],
    [[0], false],
    [null, false],
    [undefined, false],
  ])('%j is success: %s', (response, accepted) => {
    expect(deliveries.accepts(push, response)).toBe(accepted);
  });

  it('is not asked where the catalog asks nothing of it', () => {
    expect(deliveries.accepts({ ...push, success: null }, undefined)).toBe(true);
  });
});
