// Flat or growing? A line through samples of memory, least squares. Waves and collections make memory
// go up and down, so the lowest of each quiet phase is what is compared: what is left when there is
// little to do.

/** What a process took at a time. */
export interface MemorySample {
  readonly atMs: number;
  readonly phase: number;
  readonly mb: number;
}

/** What a leak would have to be to be told from noise: of the mean, and in all. */
const GROWTH_SHARE_MIN = 0.1;
const GROWTH_MB_MIN = 16;
/** Caches fill and heaps find their size: so much of the run says nothing about leaks. */
const WARM_UP_SHARE = 1 / 3;
const LOWS_MIN = 3;
const RUN_MS_MIN = 180_000;

/** A few words for a table: `flat (+0.1 MB/min)`, `growing (+9 MB/min)`, `too short to say`. */
export function memoryTrend(
  samples: readonly MemorySample[],
  isQuiet: (phase: number) => boolean,
): string {
  const from = (samples[0]?.atMs ?? 0) + WARM_UP_SHARE * lengthMs(samples);
  const lows = new Map<number, MemorySample>();
  for (const sample of samples) {
    if (!isQuiet(sample.phase) || sample.atMs < from) continue;
    const low = lows.get(sample.phase);
    if (low === undefined || sample.mb < low.mb) lows.set(sample.phase, sample);
  }
  const points = [...lows.values()];
  if (points.length < LOWS_MIN || lengthMs(samples) < RUN_MS_MIN) return 'too short to say';
  const perMs = slope(points.map(({ atMs, mb }) => [atMs, mb]));
  const growthMb = perMs * lengthMs(points);
  const mean = points.reduce((sum, { mb }) => sum + mb, 0) / points.length;
  const isGrowing = growthMb > Math.max(GROWTH_MB_MIN, GROWTH_SHARE_MIN * mean);
  const perMinute = perMs * 60_000;
  const sign = perMinute < 0 ? '' : '+';
  return `${isGrowing ? 'growing' : 'flat'} (${sign}${perMinute.toFixed(1)} MB/min)`;
}

function lengthMs(samples: readonly MemorySample[]): number {
  return (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
}

function slope(points: readonly (readonly [number, number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
