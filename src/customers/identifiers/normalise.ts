// One spelling for each identifier, so that it is one name however it is written.

import { emailAddress } from './email-address.ts';
import { phoneNumber } from './phone-number.ts';

/** Longest identifier, in UTF-16 units. */
export const IDENTIFIER_CHARS_MAX = 256;

const CARD_CHARS_MIN = 4;
const CARD_CHARS_MAX = 64;

const UNSEEN = /\p{C}/u;
/** Spaces and dashes of all kinds. */
const SEPARATORS = /[\s\p{Pd}\u2212]/gu;

/**
 * The one spelling of an identifier; null = it is not of the form of its kind. Total: any text of
 * any length; what it makes, it leaves as it is.
 * @param text without spaces around it
 * @param country of the catalog, for phones
 */
export function normalised(kind: string, text: string, country: string | null): string | null {
  if (text.length > IDENTIFIER_CHARS_MAX) return null;
  switch (kind) {
    case 'phone':
      return phoneNumber(typed(text), country);
    case 'email':
      return emailAddress(text);
    case 'card':
      return cardNumber(typed(text));
    default: {
      const value = text.normalize('NFC');
      return value === '' || UNSEEN.test(value) ? null : value;
    }
  }
}

/**
 * What is looked at for values that stand for nobody: phones and cards without what only makes them
 * readable, `0000-0000` and `1111 1111` are none.
 */
export function bareValue(kind: string, text: string): string {
  if (kind !== 'phone' && kind !== 'card') return text;
  const bare = typed(text).replace(SEPARATORS, '');
  return kind === 'phone' ? bare.replace(/^\+(?=\d)|[().]/g, '') : bare;
}

/** Full-width characters are plain ones, and marks of writing direction come from copying. */
function typed(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
}

function cardNumber(text: string): string | null {
  const card = text.replace(SEPARATORS, '').toUpperCase();
  if (card.length < CARD_CHARS_MIN || card.length > CARD_CHARS_MAX) return null;
  return UNSEEN.test(card) ? null : card;
}
