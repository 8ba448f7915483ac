// All benches: how `npm run bench` runs them, and how `npm test` does, with small inputs, so that
// none can rot.

export interface Bench {
  readonly question: string;
  readonly file: string;
  readonly args: readonly string[];
  /** For `npm test`: seconds at most. */
  readonly small: readonly string[];
}

export const BENCHES: readonly Bench[] = [
  {
    question: 'How close does the whole path of an event come to the floor?',
    file: 'full-path',
    args: ['4', '3'],
    small: ['0.3', '1'],
  },
  {
    question: 'What does an event cost in the engine alone?',
    file: 'engine',
    args: ['150000', '5000'],
    small: ['2000', '50'],
  },
  {
    question: 'What does the commit script cost?',
    file: 'commit-script',
    args: ['2', '3'],
    small: ['0.05', '1'],
  },
  {
    question: 'What does the gateway cost without anything behind it?',
    file: 'gateway-floor',
    args: ['3'],
    small: ['0.2'],
  },
  {
    question: 'How fast is history drained?',
    file: 'history-drain',
    args: ['100000', 'always'],
    small: ['500', 'always'],
  },
  {
    question: 'How much Redis does a customer take?',
    file: 'state-bytes',
    args: ['300'],
    small: ['5'],
  },
];
