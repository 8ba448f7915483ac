// Long work that can pause: a generator that yields where it may be left for a while. Who has nothing
// else to do runs it at once; who serves callers meanwhile runs it in slices (ops/in-slices.ts).

/** Work that yields now and then, and returns its result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Runs all of it now. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
