// A `country` that no phone number is of: those without a country code would name nobody, and nothing
// else would say so.

import type { FaultList } from '../fault.ts';
import type { Warned } from './warned.ts';

export function warnOfUnknownCountry({ sections, catalog }: Warned, warnings: FaultList): void {
  const { country, identifiers } = catalog;
  if (country === null || !identifiers.has('phone')) return;
  const meant = regionOf(country);
  if (meant === country) return;
  const message = `there is no country "${country}": phone numbers without a country code name nobody`;
  warnings.at(sections.headers.get('country')!, message, { found: country, suggestion: meant });
}

/** The code in use now (`UK` → GB); null for what is none. */
function regionOf(code: string): string | null {
  const region = new Intl.Locale(`und-${code}`).region ?? code;
  const name = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(region);
  return name === undefined || region === 'ZZ' ? null : region;
}
