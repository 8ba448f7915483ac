// The typed binding of lua/take-tokens.lua.

import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

export interface TakeTokensCall {
  readonly key: string;
  /** Epoch ms. */
  readonly nowMs: number;
  readonly perSecond: number;
  readonly burst: number;
  /** Tokens that must be there. */
  readonly needs: number;
  /** Tokens that are taken then, even if it leaves a debt. */
  readonly takes: number;
  /** Tokens beside them that are welcome. */
  readonly ahead: number;
}

export type TakeTokensAnswer =
  | { readonly kind: 'taken'; readonly tokens: number; readonly fullInMs: number }
  /** Nothing was taken; after `waitMs` what is needed is there, if nobody else takes it. */
  | { readonly kind: 'empty'; readonly waitMs: number; readonly fullInMs: number };

/** Calls take-tokens.lua. */
export class TakeTokensScript {
  private readonly script: Script = loadScript('take-tokens');

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @throws Unavailable when Redis is away or late; then they may be taken or not */
  async run(call: TakeTokensCall): Promise<TakeTokensAnswer> {
    const args = [call.nowMs, call.perSecond, call.burst, call.needs, call.takes, call.ahead];
    const answer = await this.script.run(this.connection, [call.key], args.map(String));
    const [status, tokens, waitMs, fullInMs] = answer as [number, number, number, number];
    if (status === this.script.status('taken')) return { kind: 'taken', tokens, fullInMs };
    return { kind: 'empty', waitMs, fullInMs };
  }
}
