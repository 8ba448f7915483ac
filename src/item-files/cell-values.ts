// What people and shops write into cells, as values. What can mean two things is no value: a price that is
// a thousand times too high is worse than a line that is left out.

/** A value, or why there is none: to be read after the name of the field. */
export type CellValue<T> = { readonly value: T | null } | { readonly fault: string };

const NOTHING = { value: null } as const;

/**
 * `1299`, `1.299,00 €`, `EUR 12.50`, `1'299.00`; '' = nothing is said.
 * @param decimal what is before the decimals; null = both are looked for
 */
export function priceIn(text: string, decimal: '.' | ',' | null): CellValue<number> {
  // Currencies are signs, or words before or behind the number.
  const bare = text.replace(/^[\s\p{Sc}\p{L}]+\.?(?=[\s\d-])|[\s\p{Sc}\p{L}]+\.?$/gu, '');
  if (bare.trim() === '') return text.trim() === '' ? NOTHING : noPrice(text);
  const number = bare.replace(/[\s\u00a0\u202f'’]/g, '').replace(/[.,][-–—]+$/, '');
  if (!/^\d[\d.,]*$|^[.,]\d+$/.test(number)) return noPrice(text);
  const mark = decimal ?? markIn(number);
  if (mark === null) {
    return { fault: `'${text.trim()}' is two prices: say --decimal . or --decimal ,` };
  }
  const [whole, decimals = '', ...more] = number.split(mark);
  const groups = whole!.split(mark === '.' ? ',' : '.');
  const areGroups = groups.length === 1 || groups.slice(1).every((group) => group.length === 3);
  if (more.length > 0 || !areGroups || !/^\d*$/.test(decimals)) return noPrice(text);
  return { value: Number(`${groups.join('')}.${decimals}0`) };
}

/** null = what is there once, before three digits, may be either. */
function markIn(number: string): '.' | ',' | null {
  const [points, commas] = [number.split('.').length - 1, number.split(',').length - 1];
  if (points > 0 && commas > 0)
    return number.lastIndexOf('.') > number.lastIndexOf(',') ? '.' : ',';
  const [mark, other, times] =
    points > 0 ? (['.', ',', points] as const) : ([',', '.', commas] as const);
  if (times > 1) return other;
  return times === 1 && /^(?!0)\d{1,3}[.,]\d{3}$/.test(number) ? null : mark;
}

function noPrice(text: string): CellValue<number> {
  return { fault: `'${short(text)}' is no price` };
}

const IN_STOCK =
  /^(true|yes|y|in ?stock|available|limited availability|(on ?)?back ?order|pre ?order)$/;
const OUT_OF_STOCK = /^(false|no|n|(out of|outof) ?stock|sold ?out|unavailable|discontinued)$/;

/** `in stock`, `out_of_stock`, `yes`, `0`, or how many there are. */
export function stockIn(text: string): CellValue<boolean> {
  const plain = text.trim().toLowerCase().replace(/[_-]+/g, ' ').trim();
  if (plain === '') return NOTHING;
  if (IN_STOCK.test(plain)) return { value: true };
  if (OUT_OF_STOCK.test(plain)) return { value: false };
  const count = Number(text.trim());
  if (Number.isFinite(count)) return { value: count > 0 };
  return { fault: `'${short(text)}' says neither yes nor no` };
}

/** Separated by `|`, or by `,` where there is none. */
export function listIn(text: string): readonly string[] {
  const parts = text.split(text.includes('|') ? '|' : ',');
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function short(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
