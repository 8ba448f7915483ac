// Hot path. How much the gaps between events differ: the sum of their squares, ms², beside how many they
// are and how long together. The coefficient of variation, with n gaps of a length of L in all and squares
// S, is √(S·n/L² − 1): 0 for gaps that are all alike.
//
// Single gaps are not kept, so where an event falls between others, which gap it splits is not known. All
// that is done then errs to the side of more variation, since that only keeps a prediction back:
// - `split`: a gap is met the likelier the longer it is, so what a split takes from S is expected to be at
//   least (S/L)²/3. That much is taken.
// - `unite`: of two customers who overlap, the events of one only split gaps of the other, which makes S
//   smaller: the smaller of the two bounds is taken. Where one ended before the other began, it is exact.

/** When the next event is to be expected, where gaps are alike enough to tell. */
export interface Prediction {
  /** The last event, epoch ms. */
  readonly lastMs: number;
  /** Mean of the gaps, ms. */
  readonly meanMs: number;
  /** Events; one more than gaps. */
  readonly count: number;
}

/** Fewer events tell nothing. */
const EVENTS_MIN = 3;
/** (S·n/L²) of a coefficient of variation of 1, and what rounding may add. */
const SQUARES_MAX = 2 * (1 + 1e-9);

/** The prediction; null with too few events, or gaps that vary by more than 1. */
export function predictionOf(
  count: number,
  lastMs: number,
  lengthMs: number,
  squares: number,
): Prediction | null {
  const gaps = count - 1;
  if (count < EVENTS_MIN || !(squares * gaps <= SQUARES_MAX * lengthMs * lengthMs)) return null;
  return { lastMs, meanMs: lengthMs / gaps, count };
}

/** Squares of gaps that nothing is known of: as if they varied by 1, or as much as so few can. */
export function assumed(gaps: number, lengthMs: number): number {
  return Math.min(2 / gaps, 1) * lengthMs * lengthMs;
}

/** Squares once one of the gaps was split. @param gaps as many as there are then */
export function split(squares: number, gaps: number, lengthMs: number): number {
  const met = squares / lengthMs;
  return Math.max(squares - (met * met) / 3, (lengthMs * lengthMs) / gaps);
}

/** Events of a stretch of time: its ends, epoch ms, and the squares of the gaps between. */
export interface Gaps {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly squares: number;
}

/** Squares of the events of both. @param gaps as many as there are between all of them */
export function unite(a: Gaps, b: Gaps, gaps: number): number {
  const [one, two] = a.firstMs <= b.firstMs ? [a, b] : [b, a];
  if (two.firstMs >= one.lastMs) return a.squares + b.squares + square(two.firstMs - one.lastMs);
  const lengthMs = Math.max(a.lastMs, b.lastMs) - one.firstMs;
  const most = Math.min(around(a, b), around(b, a));
  return Math.max(most, (lengthMs * lengthMs) / gaps);
}

/** Squares of the gaps of `a`, and of one on each side that the other reaches over. */
function around(a: Gaps, b: Gaps): number {
  const before = square(Math.max(0, a.firstMs - b.firstMs));
  return a.squares + before + square(Math.max(0, b.lastMs - a.lastMs));
}

function square(ms: number): number {
  return ms * ms;
}
