// E-mail addresses as they are compared. Both parts become small letters in Unicode's composed form
// (NFC), the domain is written in ASCII as the DNS has it. That is all that is alike: dots and
// "+tags" of a mailbox mean something to some providers and nothing to others, and letters of other
// alphabets that look the same (Cyrillic а, full-width ａ) belong to other people's addresses. Two
// addresses that only look alike are two customers.

import { domainToASCII } from 'node:url';
import isEmailModule from 'validator/lib/isEmail.js';

// CommonJS whose export is both the function and its `default`.
const isEmail = isEmailModule as unknown as typeof isEmailModule.default;

/** Characters that cannot be seen: control, format, private use, unassigned, half pairs. */
const UNSEEN = /\p{C}/u;

/** ` Li@Example.COM ` → `li@example.com`; null for what is no address. */
export function emailAddress(text: string): string | null {
  if (UNSEEN.test(text)) return null;
  const lower = text.normalize('NFC').toLowerCase().normalize('NFC');
  const at = lower.lastIndexOf('@');
  if (at <= 0) return null;
  const domain = lower.slice(at + 1);
  // Its function reads percent signs and addresses of machines, too; neither is a domain here.
  if (/[%[\]:/\\?#]/.test(domain)) return null;
  const address = `${lower.slice(0, at)}@${domainToASCII(domain)}`;
  return isEmail(address) ? address : null;
}
