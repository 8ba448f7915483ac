// Every knob, with its default, unit and bounds. Read once, validated whole, frozen; nothing else
// reads `process.env`.

import { z } from 'zod';
import { SetupFault } from './errors.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const bytes = z.coerce.number().int().min(1);
const ms = z.coerce.number().int().min(1);
const count = z.coerce.number().int().min(1);

/** One entry per environment variable; the description is what the README's table shows. */
export const KNOBS = {
  PROFFER_HOST: z.string().default('127.0.0.1').describe('Address the gateways listen on.'),
  PROFFER_PORT: port.default(8080).describe('Port of the HTTP API.'),
  PROFFER_SQL_PORT: port.default(8123).describe('Port of the analyst endpoint (embedded mode).'),
  PROFFER_WORKER_PORT: port
    .default(0)
    .describe('Port of /metrics, /healthz and /readyz of a worker run alone; 0 = none.'),
  PROFFER_DATA_DIR: z.string().default('./data').describe('Where Redis and history keep data.'),
  PROFFER_CATALOG: z.string().default('examples/retail').describe('Catalog folder or file.'),
  PROFFER_PUBLISH: z
    .enum(['start', 'watch', 'never'])
    .default('start')
    .describe(
      'When `up`, or a gateway run alone, publishes PROFFER_CATALOG: at its start if nothing is ' +
        'published yet, if it was edited since a start published it, or if it is another folder than ' +
        'the start before had; with `watch` also on each save.',
    ),
  PROFFER_GATEWAYS: count.max(64).default(1).describe('Gateway processes on the port.'),
  PROFFER_WRITE_KEY: z.string().min(8).optional().describe('Write key to accept; made if absent.'),
  PROFFER_BROWSER_KEY: z
    .string()
    .min(8)
    .optional()
    .describe('Browser key to accept; made if absent.'),
  PROFFER_ADMIN_KEY: z.string().min(8).optional().describe('Admin key to accept; made if absent.'),
  PROFFER_CATALOG_KEY: z
    .string()
    .min(8)
    .optional()
    .describe('Key that `proffer catalog` publishes with; else the admin key kept here.'),
  PROFFER_REDIS_FSYNC: z.enum(['everysec', 'always']).default('everysec').describe('Durability.'),
  REDIS_URL: z
    .string()
    .optional()
    .describe(
      'A Redis of yours instead of the private one: redis://user:password@host:port/db, rediss://… ' +
        'with TLS, or the path of a socket; redis+cluster://host:port,host:port,… with any of the ' +
        'nodes; redis+sentinel://host:port,…/name-of-the-master (with TLS both start with rediss+).',
    ),
  PROFFER_REDIS_REPLICAS: z.coerce
    .number()
    .int()
    .min(0)
    .max(16)
    .default(0)
    .describe('Replicas that must confirm (WAIT) before a 200, and before history has a record.'),
  CLICKHOUSE_URL: z.string().optional().describe('A ClickHouse server instead of the embedded.'),
  PROFFER_CLICKHOUSE_CLUSTER: z
    .string()
    .regex(/^[\w.-]{1,128}$/)
    .optional()
    .describe('Name of the ClickHouse cluster that CLICKHOUSE_URL is a server of.'),
  PROFFER_PREFIX: z
    .string()
    .regex(/^[\w:-]*$/)
    .default('proffer:')
    .describe('Redis key prefix.'),
  PROFFER_PARTITIONS: count.max(4096).default(64).describe('Fixed at first start.'),
  PROFFER_STATE_BYTES_MAX: bytes.default(16_384).describe('Size limit of one customer state.'),
  PROFFER_TIMER_RATE: count
    .default(1_000)
    .describe('Customers a second that a worker sees to because of time, at most.'),
  PROFFER_WEBHOOK_PRIVATE: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('Whether webhooks may go to loopback, private and link-local addresses.'),
  PROFFER_OUTBOX_MAX: count
    .default(20_000)
    .describe('Deliveries per partition that may wait; of more the oldest are given up.'),
  PROFFER_ITEMS_MAX: count
    .max(1_000_000)
    .default(200_000)
    .describe('Items that may be declared (PUT /v1/items); of more nothing is taken.'),
  PROFFER_STATE_TTL_DAYS: count
    .default(400)
    .describe('A customer not seen for so long is forgotten.'),
  PROFFER_CACHE_BYTES: bytes.default(64 * 1024 * 1024).describe('State cache of one gateway.'),
  PROFFER_LEDGER_MAX: count
    .default(100_000)
    .describe('Ledger records per partition that history may lag behind before 503.'),
  PROFFER_SPOOL_AFTER: count
    .default(20_000)
    .describe(
      'Ledger records that a partition may lag behind before they go to disk while ClickHouse is in trouble; at most half of PROFFER_LEDGER_MAX counts.',
    ),
  PROFFER_SPOOL_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(4 * 1024 * 1024 * 1024)
    .describe('Most bytes of these batches on the disk of one worker; 0 = never to disk.'),
  PROFFER_REDIS_DEADLINE_MS: ms.default(2_000).describe('Longest wait for one Redis call.'),
  // uWebSockets.js itself cuts a silent sender after 8 to 12 s, without an answer: be earlier.
  PROFFER_BODY_DEADLINE_MS: ms.default(7_000).describe('Longest time a body may take to arrive.'),
  PROFFER_IN_FLIGHT_MAX: count.default(4_096).describe('Submissions in flight in one gateway.'),
  PROFFER_STREAMS_MAX: count
    .default(20_000)
    .describe('Open streams (/v1/stream) of one gateway; more are told 503.'),
  PROFFER_LANE_MAX: count.default(1_024).describe('Submissions waiting for one customer.'),
  PROFFER_KEY_RATE: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Events a second of one key, over all gateways; 0: no limit. Not of admin keys.'),
  PROFFER_KEY_BURST: count.optional().describe('Events of one key at once; PROFFER_KEY_RATE.'),
  PROFFER_QUEUE_MS: ms
    .default(2_000)
    .describe('Longest wait of a submission for its turn, and of its tries after conflicts.'),
  // A burst of a thousand must not be shed by a gateway that has just started and is not compiled
  // yet; a shorter turn bounds the wait of what is accepted more tightly.
  PROFFER_TURN_MS: ms
    .default(500)
    .describe('Time a turn of a gateway’s event loop takes requests; more are shed.'),
  PROFFER_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  PROFFER_TRIM_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(60_000)
    .describe('How long ledger records stay in Redis after they are in history.'),
  PROFFER_HISTORY_INTERVAL_MS: ms
    .default(1_000)
    .describe('Longest pause between two looks at the ledger.'),
  PROFFER_LEASE_TTL_MS: ms
    .default(5_000)
    .describe('How long the partitions of a dead worker wait for the next one.'),
  PROFFER_SUSPECT_DELAY_MS: ms
    .default(60_000)
    .describe(
      'How long after a takeover second copies are looked for that the earlier worker may have written late.',
    ),
  PROFFER_DRAIN_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('How long a stopping gateway, not ready, serves on: for a load balancer to notice.'),
  PROFFER_DRAIN_DEADLINE_MS: ms.default(10_000).describe('Longest time a stop may take.'),
} as const;

const schema = z
  .object(KNOBS)
  .refine((knobs) => knobs.PROFFER_CLICKHOUSE_CLUSTER === undefined || knobs.CLICKHOUSE_URL, {
    path: ['PROFFER_CLICKHOUSE_CLUSTER'],
    message: 'needs CLICKHOUSE_URL, a server of the cluster',
  });

/** The configuration; see KNOBS for units. */
export type Config = Readonly<z.infer<typeof schema>>;

/** Whether webhooks may go to private addresses. */
export function allowsPrivate(config: Pick<Config, 'PROFFER_WEBHOOK_PRIVATE'>): boolean {
  return config.PROFFER_WEBHOOK_PRIVATE === 'allow';
}

/** Reads and validates an environment. @throws SetupFault naming every fault at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(KNOBS)
      .filter((name) => env[name] !== undefined && env[name] !== '')
      .map((name) => [name, env[name]]),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    throw new SetupFault(`configuration: ${faults.join('; ')}`);
  }
  return Object.freeze(parsed.data);
}
