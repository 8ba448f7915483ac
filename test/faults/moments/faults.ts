// How faults are done and undone. A fault is done to one thing, and undone whether or not that thing
// still runs: another fault may have ended it meanwhile.

import type { Random } from '../../support/seeded.ts';
import type { ClusterFaults, FaultedNode, FaultedRedis } from './faulted-redis.ts';
import {
  DRAIN_DEADLINE_MS,
  type FaultedGateway,
  type FaultedService,
  LEASE_TTL_MS,
  type Link,
  REDIS_DEADLINE_MS,
} from './faulted-service.ts';

/** One fault, ready to happen. */
export interface Fault {
  /** Of which kind, for the table: `worker killed`. */
  readonly kind: string;
  /** What exactly, for a report: `worker 2 killed, back after 120 ms`. */
  readonly what: string;
  /** Takes steps that another fault could leave half done. */
  readonly isAlone?: boolean;
  /** Between begin and end, ms. */
  readonly holdMs: number;
  begin(): Promise<void> | void;
  /** Everything is as it was, or comes back by itself. */
  end(): Promise<void> | void;
}

/** Makes a fault of one kind: to what, and for how long, is chance. */
export type Draw = (service: FaultedService, random: Random) => Fault;

/** Nobody's deadline is over; ms. */
export const short = (random: Random) => 5 + random.below(200);
/** Everybody's deadline is over; ms. */
export const long = (random: Random) =>
  Math.max(LEASE_TTL_MS, REDIS_DEADLINE_MS) + random.below(700);
/** Mostly short; ms. */
export const either = (random: Random) => (random() < 0.7 ? short(random) : long(random));

/** It is gone at once, and started again. */
export function kill(kind: string, process: FaultedNode, awayMs: number): Fault {
  return {
    ...{ kind: `${kind} killed`, what: `${process.name} killed`, holdMs: awayMs },
    begin: () => process.kill(),
    end: () => void process.start().catch(() => {}),
  };
}

/** It may finish what it has begun, and is started again. */
export function terminate(kind: string, process: FaultedNode): Fault {
  return {
    ...{ kind: `${kind} restarted`, what: `${process.name} restarted`, holdMs: 0 },
    begin: () => process.terminate(DRAIN_DEADLINE_MS * 2 + 15_000),
    end: () => void process.start().catch(() => {}),
  };
}

/** It stands still, and goes on where it was. */
export function stop(kind: string, process: FaultedNode, heldMs: number): Fault {
  return {
    ...{ kind: `${kind} held up`, what: `${process.name} held up`, holdMs: heldMs },
    begin: () => process.stop(),
    end: () => process.continue(),
  };
}

/** Whoever waits for this gateway meanwhile cannot blame it. */
function disturbing(gateway: FaultedGateway | undefined, fault: Fault): Fault {
  if (gateway === undefined) return fault;
  return {
    ...fault,
    begin() {
      gateway.disturbances++;
      return fault.begin();
    },
    async end() {
      await fault.end();
      gateway.disturbances--;
      gateway.disturbedUntilMs = performance.now() + 1_000;
    },
  };
}

/** A cluster needs a while until a replica takes over. */
export function awayMs({ cluster }: FaultedRedis, random: Random): number {
  return cluster === null || random() < 0.4 ? short(random) : 1_000 + random.below(1_500);
}

/** What only a cluster can do. */
export const onCluster =
  (what: string, run: (cluster: ClusterFaults, random: Random) => Promise<void>): Draw =>
  ({ redis }, random) => ({
    ...{ kind: `redis ${what}`, what: `redis ${what}`, holdMs: 0, isAlone: true },
    begin: () => run(redis.cluster!, random),
    end() {},
  });

/** One of the gateways. */
export const onGateway =
  (make: (process: FaultedNode, random: Random) => Fault): Draw =>
  ({ gateways }, random) => {
    const gateway = random.pick(gateways);
    return disturbing(gateway, make(gateway.process, random));
  };

/** Its bytes are on their way when it dies, and arrive when another worker has its partitions. */
export const lateInsert: Draw = ({ workers, links }, random) => {
  const worker = random.pick(workers);
  const { proxy } = links.find(({ name }) => name === `${worker.name} → clickhouse`)!;
  return {
    kind: 'worker killed, its insert arrives late',
    what: `${worker.name} killed, its insert arrives late,`,
    holdMs: long(random) + 1_500,
    async begin() {
      const isInsert = (bytes: Buffer) => bytes.includes('insert_deduplication_token');
      const inserting = proxy.stallAt(isInsert);
      // It may have no partitions, or nothing to insert.
      await Promise.race([inserting, new Promise((resolve) => setTimeout(resolve, 2_000))]);
      // All of it is to be on its way.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await worker.kill();
    },
    end() {
      proxy.heal();
      worker.start().catch(() => {});
    },
  };
};

/** A command of an operator to every server, and the one that takes it back. */
export const onRedis =
  (what: string, begin: readonly string[], end: readonly string[] | null): Draw =>
  ({ redis }, random) => {
    const run = async (command: readonly string[]) => {
      const [name, ...args] = command;
      for (const client of redis.clients) await client.call(name!, ...args).catch(() => {});
    };
    return {
      ...{
        kind: `redis ${what}`,
        what: `redis ${what}`,
        holdMs: end === null ? 0 : either(random),
      },
      begin: () => run(begin),
      end: () => (end === null ? undefined : run(end)),
    };
  };

/** One of the lines between two programs. */
export const onLink =
  (
    what: string,
    begin: (link: Link, random: Random) => void,
    holdMs: (random: Random) => number,
  ): Draw =>
  ({ links, gateways }, random) => {
    const link = random.pick(links);
    // The clients' own line to a gateway: what it holds up is not the gateway's.
    const gateway = gateways.find(({ process }) => link.name === `clients → ${process.name}`);
    return disturbing(gateway, {
      ...{ kind: `${link.kind} ${what}`, what: `${link.name} ${what}`, holdMs: holdMs(random) },
      begin: () => begin(link, random),
      end: () => link.proxy.heal(),
    });
  };
