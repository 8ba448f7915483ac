// The clock of a gateway: this machine's, offset to Redis' so that several gateways agree on windows
// and cooldowns. The offset is measured again and again, since clocks drift and are set.

import type { Clock } from '../ops/clock.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { CLOCK_SKEW_MS_MAX, clockOffsetMs } from './deployment.ts';

const MEASURE_EVERY_MS = 5_000;

export class RedisClock implements Clock {
  private timer: NodeJS.Timeout | null = null;
  /** What the last measurement said the offset should be. */
  private measuredMs = 0;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly machine: Clock,
    private offsetMs: number,
  ) {
    this.measuredMs = offsetMs;
  }

  /** Measures the offset and starts to follow it. @throws Unavailable */
  static async start(connection: RedisConnection, machine: Clock): Promise<RedisClock> {
    const offsetMs = await clockOffsetMs(connection, machine.nowMs);
    const clock = new RedisClock(connection, machine, offsetMs);
    clock.timer = setInterval(() => clock.follow(), MEASURE_EVERY_MS);
    clock.timer.unref();
    return clock;
  }

  nowMs(): number {
    return this.machine.nowMs() + this.offsetMs;
  }

  monotonicMs(): number {
    return this.machine.monotonicMs();
  }

  /** Whether the last measurement agreed with the offset in use to within a second. */
  get inStep(): boolean {
    return Math.abs(this.measuredMs - this.offsetMs) <= CLOCK_SKEW_MS_MAX;
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private follow(): void {
    clockOffsetMs(this.connection, () => this.machine.nowMs()).then(
      (measured) => {
        // A jump is used from the next measurement on that confirms it: one slow answer is no jump.
        const jumped = Math.abs(measured - this.measuredMs) > CLOCK_SKEW_MS_MAX;
        this.measuredMs = measured;
        if (!jumped) this.offsetMs = measured;
      },
      () => {},
    );
  }
}
