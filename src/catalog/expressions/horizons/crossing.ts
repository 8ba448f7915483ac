/** Whether something is true of two lengths or points of time, in ms. */
export type MsTest = (x: number, y: number) => boolean;

/**
 * In how many whole ms, 1 or more, a test of two that move changes its outcome; Infinity = never. The
 * test looks at nothing but which of them is larger, or whether they are the same.
 * @param paceX ms that x moves per ms
 */
export function crossingMs(
  test: MsTest,
  x: number,
  paceX: number,
  y: number,
  paceY: number,
): number {
  if (paceX === paceY) return Number.POSITIVE_INFINITY;
  const outcome = test(x, y);
  // The outcome can change when they meet and right after; a ms more on both sides for rounding.
  const meet = Math.ceil((y - x) / (paceX - paceY));
  for (let ms = Math.max(1, meet - 1); ms <= meet + 2; ms++) {
    if (test(x + paceX * ms, y + paceY * ms) !== outcome) return ms;
  }
  return Number.POSITIVE_INFINITY;
}
