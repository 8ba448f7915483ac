// All benches: how `npm run bench` runs them, and how tests do, with small inputs, so that none can
// rot.

export interface Bench {
  readonly question: string;
  readonly file: string;
  readonly args: readonly string[];
  /** For tests: seconds at most. */
  readonly small: readonly string[];
  /** One of those that `npm test` runs; the others take longer (`npm run test:long`). */
  readonly isEveryday?: true;
  /** What it prints when it finds nothing wrong with the product; default: its floor. */
  readonly sound?: RegExp;
  /** Takes minutes: not among all, only by its name (`npm run bench -- waves --minutes 10`). */
  readonly onlyWhenAsked?: true;
  /** The same file with this flag asks something else; recorded as a section of its own. */
  readonly variant?: BenchVariant;
}

export interface BenchVariant {
  readonly flag: string;
  readonly question: string;
  readonly small: readonly string[];
  readonly sound: RegExp;
}

/** Under which name a run is recorded. */
export function sectionOf({ file, variant }: Bench, args: readonly string[]): string {
  const isVariant = variant !== undefined && args.includes(variant.flag);
  return isVariant ? `${file}${variant.flag.slice(1)}` : file;
}

export const BENCHES: readonly Bench[] = [
  {
    question: 'How close does the whole path of an event come to the floor?',
    file: 'full-path',
    args: ['4', '3'],
    small: ['0.3', '1'],
    variant: {
      flag: '--against',
      question: 'Is the path of an event slower than in another commit?',
      small: ['--against', 'HEAD', '--seconds', '0.3', '--rounds', '1'],
      sound: /answers: the same/,
    },
  },
  {
    question: 'What does an event cost in the engine alone?',
    file: 'engine',
    args: ['150000', '5000'],
    small: ['2000', '50'],
    isEveryday: true,
  },
  {
    question:
      'How long does a list of recommendations take, and what when the tables have changed?',
    file: 'recommend',
    args: ['300', '10000,200000', '20000,200000'],
    small: ['20', '500,1000', '500,1000'],
  },
  {
    question: 'How fast is it learned what everybody does, and how much memory does that take?',
    file: 'learner',
    args: ['40', '20000,100000', '40000,80000'],
    small: ['2', '500,1000', '500,1000'],
  },
  {
    question: "What does an event cost whose customer's own items are kept?",
    file: 'own-items',
    args: ['400', '60'],
    small: ['20', '2'],
  },
  {
    question: 'What does it cost to know until when a segment holds?',
    file: 'horizon',
    args: ['500', '20'],
    small: ['5', '2'],
  },
  {
    question: 'What do pending timers cost, and how late do they fire?',
    file: 'timers',
    args: ['60', '10000', '100000'],
    small: ['1', '50'],
    sound: /failed 0/,
  },
  {
    question: 'What does an event cost that arms a timer, moves it or cancels it?',
    file: 'arming',
    args: ['300', '60'],
    small: ['50', '1'],
  },
  {
    question: 'What does an event cost whose decision is delivered?',
    file: 'delivering',
    args: ['300', '30'],
    small: ['20', '1'],
    sound: /deliveries an event 0\.00, 0\.00, 1\.00, 1\.00/,
  },
  {
    question: 'What does it cost to visit all customers after a publication?',
    file: 'sweep',
    args: [],
    small: ['--customers', '200', '--rate', '50', '--events', '20', '--connections', '8'],
    sound: /answers that were not 2xx: 0/,
  },
  {
    question: 'What does a large catalog cost: to compile, to take over, and for an event?',
    file: 'catalog-scale',
    args: ['1', '3000', '15'],
    small: ['0.02', '100', '1'],
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
    question: "How long do the analysts' views take?",
    file: 'history-views',
    args: ['1000000'],
    small: ['1000'],
  },
  {
    question: 'What does it cost to ask history by person?',
    file: 'person-views',
    args: ['3000000', '100000'],
    small: ['1000', '100'],
  },
  {
    question: 'What does a known alias in every event cost?',
    file: 'known-alias',
    args: ['2', '12'],
    small: ['0.05', '1'],
  },
  {
    question: 'How much Redis does a customer take?',
    file: 'state-bytes',
    args: ['300'],
    small: ['5'],
    isEveryday: true,
  },
  {
    question: 'How far is history behind at 10,000 events/s?',
    file: 'history-lag',
    args: ['--seconds', '60', '--rate', '10000'],
    small: ['--seconds', '2', '--rate', '200', '--customers', '100', '--connections', '8'],
    sound: /lost 0, doubled 0, never sent 0/,
  },
  {
    question: 'What do more gateways and a Redis Cluster give, and what does durability cost?',
    file: 'scaling',
    args: [],
    small: [
      ...['--seconds', '0.2', '--rounds', '1', '--rate', '50'],
      ...['--gateways', '1', '--durability', 'always+1'],
    ],
  },
  {
    question: 'What does it cost on a Redis Cluster to wait for a replica?',
    file: 'cluster-confirms',
    args: [],
    small: ['--seconds', '0.2', '--rounds', '1', '--rate', '50', '--layouts', '1+1'],
  },
  {
    question: 'What is gained over an afternoon with fastify, ioredis and json-rules-engine?',
    file: 'afternoon',
    args: [],
    small: [
      ...['--seconds', '0.2', '--rounds', '1', '--rate', '50'],
      ...['--concurrent', '100', '--duplicates', '5', '--kills', '1', '--batches', '3'],
    ],
    // Twelve rows of mistakes, none of them ours.
    sound: /what it gets wrong.*\n.*---.*\n(\| [^|]+ \| 0 \| \d+ \|\n){12}\n/,
  },
  {
    question: 'How long after an event has a page its decision by stream?',
    file: 'streams',
    args: ['1000', '10', '10000'],
    small: ['10', '0.5', '20'],
    sound: /result \w+/,
  },
  {
    question: 'How fast do webhooks leave, and how long after its event is one there?',
    file: 'webhooks',
    args: ['3000', '7', '20'],
    small: ['40', '1', '0.3'],
    sound: /all came, 0 of them twice/,
  },
  {
    question: 'What becomes of those who are accepted when more comes than can be served?',
    file: 'overload',
    args: [],
    small: ['--seconds', '0.2', '--connections', '200'],
  },
  {
    question: 'What do a hundred publications cost those who are served meanwhile?',
    file: 'publishing',
    args: [],
    small: ['--versions', '4', '--interval', '150', '--rate', '50', '--connections', '8'],
    sound: /mixed 0, failed 0/,
  },
  {
    question: 'What do waves of load do, while ClickHouse is slow and away?',
    file: 'waves',
    args: ['--minutes', '10'],
    small: [
      ...['--minutes', '0.06', '--quiet', '50', '--wave', '500'],
      ...['--customers', '500', '--connections', '16'],
    ],
    sound: /lost 0, doubled 0, never sent 0/,
    variant: {
      flag: '--timers',
      question: 'Does time bring what it should in waves of load, and how late?',
      small: [
        ...['--timers', '--minutes', '0.1', '--quiet', '50', '--wave', '300'],
        ...['--customers', '200', '--connections', '16'],
      ],
      sound: /lost, doubled or wrong: 0\n/,
    },
    onlyWhenAsked: true,
  },
];
