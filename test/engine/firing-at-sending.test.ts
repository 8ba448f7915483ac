// `firing.trigger` when a decision is sent: what fired is known still.

import { expect, it } from 'vitest';
import { prepareMessage } from '../../src/engine/deliver/prepare-message.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { ChannelDefinition } from '../../src/model/channel.ts';
import { readOutboxText } from '../../src/model/delivery.ts';
import { valid } from '../catalog/compile.ts';
import { Customer } from './support/customer.ts';

const HOOK: ChannelDefinition = {
  ...{ name: 'hook', kind: 'webhook', url: { text: 'https://example.com' }, secretEnv: null },
  ...{ headers: new Map(), rate: null, body: null, success: null },
};

const CATALOG: Catalog = {
  ...valid(`
catalog: sent
triggers: { seen: { on: Viewed, decide: push } }
offers: { deal: { treatments: { push: {} } } }
placements: { push: { channel: hook, when: firing.trigger == 'seen' } }
`),
  channels: new Map([['hook', HOOK]]),
};

it('keeps open a placement that is for what a trigger brings', () => {
  const customer = new Customer(CATALOG);
  const [delivery] = customer.track('Viewed').deliveries;
  const entry = readOutboxText(delivery!.entry)!;
  expect(prepareMessage(customer.program, customer.state, entry, customer.nowMs)).toMatchObject({
    kind: 'message',
  });
});
