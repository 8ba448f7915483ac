import { type Texts, withMore } from './compile.ts';

/** Sections that triggers of time need, beside those of `withMore`. */
const MORE = `features:
  gap: { interval: Order Completed, by: properties.key }
  mean_gap: { interval: Order Completed }
`;
/** A catalog with one trigger `x` that decides `web`. */
export function withTrigger(trigger: string): Texts {
  return withMore(`${MORE}triggers:\n  x: { ${trigger}, decide: web }`);
}
