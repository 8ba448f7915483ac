// Durations as the catalog writes them: `30d`, `1h30m`, `1.5h`, `-5m`. Units ms s m h d w.

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/** Longest text, so that reading one is bounded. */
const TEXT_MAX = 64;

/** Milliseconds of a duration text, undefined when it is none. A day is always 24 hours. */
export function durationToMs(text: string): number | undefined {
  if (text.length > TEXT_MAX) return undefined;
  const negative = text.startsWith('-');
  const body = negative || text.startsWith('+') ? text.slice(1) : text;
  if (body === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(body)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of body.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(amount) * UNIT_MS.get(unit!)!;
  }
  return negative ? -ms : ms;
}
