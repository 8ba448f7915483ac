// The typed binding of lua/append-ledger.lua.

import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

export interface AppendLedgerCall {
  readonly ledgerKey: string;
  readonly positionKey: string;
  readonly markedKey: string;
  readonly ledgerMax: number;
  /** At least one, at most 1,000. */
  readonly records: readonly string[];
}

export type AppendLedgerAnswer =
  | { readonly kind: 'appended'; readonly lastRecord: number }
  | { readonly kind: 'ledger_full' }
  | { readonly kind: 'torn' };

/** Calls append-ledger.lua. */
export class AppendLedgerScript {
  private readonly script: Script = loadScript('append-ledger');
  private readonly torn = this.script.status('torn');
  private readonly malformed = this.script.status('malformed');

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @throws Unavailable when Redis is away, late or full; TypeError for a call without records */
  async run(call: AppendLedgerCall): Promise<AppendLedgerAnswer> {
    const last = (await this.script.run(
      this.connection,
      [call.ledgerKey, call.positionKey, call.markedKey],
      [String(call.ledgerMax), 'records', String(call.records.length), ...call.records],
    )) as number;
    if (last === this.malformed) throw new TypeError('append-ledger.lua needs records');
    await this.connection.replicated(call.positionKey);
    if (last > 0) return { kind: 'appended', lastRecord: last };
    return { kind: last === this.torn ? 'torn' : 'ledger_full' };
  }
}
