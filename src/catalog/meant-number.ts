// Numbers as people write them: with a currency, a comma, or in quotes.

/** `1,000` → 1000, `1,5` → 1.5; null for what could be either. */
export function plainNumber(text: string): string | null {
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text)) return text.replaceAll(',', '');
  const number = text.replace(/^(\d+),(\d+)$/, '$1.$2');
  return /^\d+(?:\.\d+)?$/.test(number) ? number : null;
}

/** A code or a sign of a currency, before or behind an amount. */
const CURRENCY = '(?:[A-Za-z]{3}|\\p{Sc})';
const MONEY = new RegExp(`^(?:${CURRENCY}\\s*)?([\\d.,]+)(?:\\s*${CURRENCY})?$`, 'u');

/** `50 EUR` → 50, `'20'` → `20 without quotes`; null for what says no number. */
export function meantNumber(text: string): string | null {
  const trimmed = text.trim();
  const number = plainNumber(MONEY.exec(trimmed)?.[1] ?? '');
  if (number === null) return null;
  return number === trimmed ? `${number} without quotes` : number;
}
