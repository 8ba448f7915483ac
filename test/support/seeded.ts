// Randomness that can be repeated: every file that uses it prints its seed.
//
//   PROFFER_TEST_SEED=1234 npx vitest run test/…

/** Uniform in [0, 1) and what tests make of it; the same seed gives the same sequence. */
export interface Random {
  (): number;
  /** An integer in [0, n). */
  below(n: number): number;
  pick<T>(from: readonly T[]): T;
}

/** The seed of this run, from the environment or new; printed. */
export function testSeed(): number {
  const seed = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 1_000_000);
  console.log(`PROFFER_TEST_SEED=${seed}`);
  return seed;
}

/** Mulberry32. */
export function seeded(seed: number): Random {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return Object.assign(next, {
    below,
    pick: <T>(from: readonly T[]): T => from[below(from.length)]!,
  });
}
