// Telephone numbers as E.164, by Google's rules for each country. The library's whole set of rules is
// taken (157 KB): the small one knows lengths, but not which numbers a country gives out, and so would
// take +86 123 4567 8901 for one.

import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

/**
 * `138 0013 8000` → `+8613800138000`; null for what is no number of one person.
 * @param country whose numbers may come without a country code; null or unknown = nobody's
 */
export function phoneNumber(text: string, country: string | null): string | null {
  const known = country !== null && isSupportedCountry(country);
  const parsed = parsePhoneNumberFromString(international(text, known), {
    ...(known && { defaultCountry: country as CountryCode }),
    // A number within a sentence may be anybody's.
    extract: false,
  });
  // With an extension it is a company's, and everybody there would be one customer.
  if (parsed === undefined || parsed.ext !== undefined) return null;
  return parsed.isPossible() && parsed.isValid() ? parsed.number : null;
}

/** Spellings that the library does not read: `tel:+86…`, `(+86) 138…`, and `0086…` of no country. */
function international(text: string, hasCountry: boolean): string {
  const number = text.replace(/^tel:/i, '').replace(/^\((\+\d{1,3})\)/, '$1 ');
  // 00 is what most of the world dials for +; a country's own rules know better.
  return hasCountry ? number : number.replace(/^00(?=[1-9])/, '+');
}
