import { expect, it } from 'vitest';
import { CustomerTokens } from '../../../src/gateway/keys/customer-tokens.ts';
import {
  firstSecrets,
  NO_SECRETS,
  readSecrets,
  rotated,
  secretsText,
} from '../../../src/gateway/keys/token-secrets.ts';

const NOW = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

it.each(['u1', 'a.b.c', '陈 😀', '', ' ', 'x'.repeat(256), '陈'.repeat(256)])(
  'a token of %j is of nobody else, until it is over',
  (userId) => {
    const tokens = new CustomerTokens(() => secrets);
    const secrets = firstSecrets(NOW);
    const token = tokens.sign(userId, NOW + HOUR, NOW)!;
    expect(token).toMatch(/^[\w.-]{1,1200}$/);
    expect(tokens.verify(token, NOW + HOUR - 1)).toBe(userId);
    expect(tokens.verify(token, NOW + HOUR)).toBeNull();
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(tokens.verify(token.slice(0, at) + other + token.slice(at + 1), NOW)).toBeNull();
    }
    expect(new CustomerTokens(() => firstSecrets(NOW)).verify(token, NOW)).toBeNull();
  },
);

it('signs with a new secret once every gateway has read it, and verifies with two', () => {
  let secrets = firstSecrets(NOW);
  const tokens = new CustomerTokens(() => secrets);
  const secretOf = (nowMs: number) => tokens.sign('u', NOW + HOUR, nowMs)!.split('.')[1];
  const first = tokens.sign('u', NOW + HOUR, NOW)!;
  const old = secretOf(NOW);
  secrets = rotated(secrets, NOW + 20_000);
  expect([secretOf(NOW + 20_000), secretOf(NOW + 29_999)]).toEqual([old, old]);
  expect(secretOf(NOW + 30_000)).not.toBe(old);
  expect(tokens.verify(first, NOW)).toBe('u');
  secrets = rotated(secrets, NOW + 40_000);
  expect(tokens.verify(first, NOW)).toBeNull();
});

it('is stored as text, and without it nothing is signed or verified', () => {
  const secrets = rotated(firstSecrets(NOW), NOW);
  expect(readSecrets(secretsText(secrets))).toEqual(secrets);
  const token = new CustomerTokens(() => secrets).sign('u', NOW + HOUR, NOW)!;
  const none = new CustomerTokens(() => NO_SECRETS);
  expect([none.sign('u', NOW + HOUR, NOW), none.verify(token, NOW)]).toEqual([null, null]);
});
