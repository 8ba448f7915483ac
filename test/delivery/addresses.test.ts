// Where webhooks may go, and that what was looked up is what is connected to.

import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { guardedLookup, REFUSED_ADDRESS } from '../../src/delivery/guarded-lookup.ts';
import { isPublicAddress } from '../../src/delivery/public-address.ts';
import { sharedLookups } from '../../src/delivery/shared-lookups.ts';

it.each([
  ...['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '192.167.255.255', '223.255.255.255'],
  ...['2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450:4001:82a::200e'],
])('%s is of the open Internet', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

it.each([
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1'],
  ...['172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.127.255.255'],
  ...['192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.7', '224.0.0.1'],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1'],
  ...['fe80::1', 'fe80::1%eth0', 'febf::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', 'fec0::1'],
  ...['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1'],
  ...['2001:db8::1', '100::1', '::ffff:0:127.0.0.1'],
  ...['', 'localhost', '127.1', '0x7f000001', '8.8.8.8 ', '8.8.8.8:80'],
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

const at = (...addresses: readonly string[]): readonly LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

function lookUp(found: readonly LookupAddress[], allowsPrivate: boolean, all: boolean) {
  const lookup = guardedLookup(async () => found, allowsPrivate);
  return new Promise((resolve) => {
    lookup('shop.example', { all }, (error, address) => resolve(error?.code ?? address));
  });
}

it('answers a name with what of it may be connected to', async () => {
  expect(await lookUp(at('10.0.0.1', '8.8.8.8'), false, false)).toBe('8.8.8.8');
  expect(await lookUp(at('::1', '8.8.8.8'), false, true)).toEqual(at('8.8.8.8'));
  expect(await lookUp(at('10.0.0.1', '::1'), false, true)).toBe(REFUSED_ADDRESS);
  expect(await lookUp(at(), false, true)).toBe(REFUSED_ADDRESS);
  expect(await lookUp(at('10.0.0.1'), true, false)).toBe('10.0.0.1');
});

describe('look-ups of names', () => {
  /** A machine that answers when it is told to. */
  const machine = () => {
    const asked: string[] = [];
    const answers: ((found: readonly LookupAddress[]) => void)[] = [];
    const resolve = (hostname: string) => {
      asked.push(hostname);
      return new Promise<readonly LookupAddress[]>((answer) => answers.push(answer));
    };
    return { asked, answers, resolve };
  };

  it('are one at a time of each name, however many ask', async () => {
    const { asked, answers, resolve } = machine();
    const lookUp = sharedLookups(resolve);
    const all = Array.from({ length: 32 }, () => lookUp('dead.example'));
    all.push(lookUp('shop.example'));
    expect(asked).toEqual(['dead.example', 'shop.example']);
    answers[1]!(at('8.8.8.8'));
    expect(await all.at(-1)).toEqual(at('8.8.8.8'));
    answers[0]!(at('1.1.1.1'));
    expect(await all[31]).toEqual(at('1.1.1.1'));
    // Nothing is kept: the next connection looks again.
    void lookUp('dead.example');
    expect(asked).toHaveLength(3);
  });

  it('are one at a time of all names that were slow, in turn', async () => {
    const { asked, answers, resolve } = machine();
    // Whatever it takes is slow.
    const lookUp = sharedLookups(resolve, 0);
    const slow = ['a.example', 'b.example'];
    const first = slow.map((name) => lookUp(name));
    for (const answer of answers.splice(0)) answer(at('1.1.1.1'));
    await Promise.all(first);
    const again = slow.map((name) => lookUp(name));
    void lookUp('shop.example');
    await expect.poll(() => asked.slice(2)).toEqual(['shop.example', 'a.example']);
    answers[1]!(at('1.1.1.1'));
    await again[0];
    await expect.poll(() => asked.slice(4)).toEqual(['b.example']);
    answers[2]!(at('1.1.1.1'));
    expect(await again[1]).toEqual(at('1.1.1.1'));
  });

  it('that fail are told to all who asked, and hold up no others', async () => {
    const lookUp = sharedLookups(() => Promise.reject(new Error('ENOTFOUND')), 0);
    await Promise.allSettled([lookUp('a.example'), lookUp('a.example')]);
    await expect(lookUp('a.example')).rejects.toThrow('ENOTFOUND');
  });
});
