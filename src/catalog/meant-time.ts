/**
 * `9:00`, `9` or `9pm` → 09:00, 09:00, 21:00; `22-8` → 22:00-08:00. null for what is no time of day, and
 * where something else is expected.
 */
export function meantTime(value: unknown, expected: string): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value);
  if (expected.startsWith('a time of day')) return oneTime(text);
  if (!expected.startsWith('hours')) return null;
  const [from = '', to = '', more] = text.split(/\s*(?:-|–|to)\s*/);
  const [start, end] = [oneTime(from), oneTime(to)];
  if (start === null || end === null || more !== undefined || start === end) return null;
  const meant = `${start}-${end}`;
  return meant === text ? null : meant;
}

function oneTime(text: string): string | null {
  const [, hours, minutes = '00', half] =
    /^\s*(\d{1,2})(?:[:.](\d{2}))?(?::00)?\s*([ap]m)?\s*$/i.exec(text) ?? [];
  if (hours === undefined) return null;
  const given = Number(hours);
  if (given > (half === undefined ? 24 : 12) || Number(minutes) > 59) return null;
  const afternoon = half?.toLowerCase() === 'pm' ? 12 : 0;
  const hour = half === undefined ? given % 24 : (given % 12) + afternoon;
  return `${String(hour).padStart(2, '0')}:${minutes}`;
}
