// Offers with budgets for services under fault: few of each, in grants and in money, each for whoever
// asks for it by number, at a placement that nothing else uses.

/** How many kinds there are. */
export const PRIZES = 20;
/** Of each kind: so often, and so much money. */
export const PRIZE_GRANTS = 5;
export const PRIZE_MONEY = 20;

const budget = `{ grants: ${PRIZE_GRANTS}, money: ${PRIZE_MONEY}, each: "context.cost" }`;

export const PRIZE_OFFERS = Array.from(
  { length: PRIZES },
  (_, i) => `  prize_${i}:
    eligibility: context.prize == ${i}
    budget: ${budget}
    treatments: { desk: {} }
`,
).join('');

/** What asks for one. @param cost a whole number */
export function prizeQuestion(prize: number, cost: number) {
  return { placements: ['desk'], context: { prize: prize % PRIZES, cost } };
}
