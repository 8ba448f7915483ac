// The typed bindings of claim-name.lua, replace-head.lua and forward-customer.lua.

import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

export interface ClaimNameCall {
  readonly nameKey: string;
  readonly pastKey: string;
  /** '' = nobody. */
  readonly claimant: string;
  /** The value that leads to the claimant. */
  readonly forward: Buffer;
  readonly expiryMs: number;
  /** Epoch ms. */
  readonly nowMs: number;
  /** The etag of a forward that may be replaced, a character a byte; '' = none may. */
  readonly over: string;
  /** The customer id of a person who had it until now; '' = nobody. */
  readonly loser: string;
  /** 0 = the claimant does not count. */
  readonly ownersMax: number;
  /** 0 = any number of people may have claimed it. */
  readonly windowMs: number;
  /** Ids that are the loser's or the claimant's, too. */
  readonly same: readonly string[];
}

export type ClaimNameAnswer =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'owned'; readonly by: string; readonly etag: string }
  | { readonly kind: 'customer' }
  | { readonly kind: 'shared' };

/** Calls claim-name.lua. */
export class ClaimNameScript {
  private readonly script: Script = loadScript('claim-name');

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @throws Unavailable when Redis is away or late; then it may be claimed or not */
  async run(call: ClaimNameCall): Promise<ClaimNameAnswer> {
    const { nameKey, pastKey, claimant, forward, over, loser } = call;
    const numbers = [call.ownersMax, call.windowMs].map(whole);
    const times = [call.expiryMs, call.nowMs].map(whole);
    const latest = [Buffer.from(over, 'latin1'), loser, ...numbers, ...call.same];
    const args = [claimant, forward, ...times, ...latest];
    const answer = await this.script.run(this.connection, [nameKey, pastKey], args);
    const [status, by, etag] = answer as [number, Buffer | undefined, Buffer | undefined];
    if (status === this.script.status('claimed')) return { kind: 'claimed' };
    if (status === this.script.status('owned')) {
      return { kind: 'owned', by: by!.toString(), etag: etag!.toString('latin1') };
    }
    return { kind: status === this.script.status('shared') ? 'shared' : 'customer' };
  }
}

export interface ReplaceHeadCall {
  readonly customerKey: string;
  /** 8 bytes, a character each. */
  readonly expectedEtag: string;
  readonly head: Buffer;
  /** How many bytes of the value the new head replaces. */
  readonly replacedBytes: number;
}

/** Calls replace-head.lua. */
export class ReplaceHeadScript {
  private readonly script: Script = loadScript('replace-head');

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @returns false where the value is another by now @throws Unavailable */
  async run({ customerKey, expectedEtag, head, replacedBytes }: ReplaceHeadCall): Promise<boolean> {
    const args = [Buffer.from(expectedEtag, 'latin1'), head, whole(replacedBytes + 1)];
    const answer = await this.script.run(this.connection, [customerKey], args);
    return answer === this.script.status('replaced');
  }
}

export interface ForwardCustomerCall {
  readonly customerKey: string;
  readonly pastKey: string;
  /** 8 bytes, a character each. */
  readonly expectedEtag: string;
  readonly forward: Buffer;
  readonly expiryMs: number;
  readonly records: number;
}

/** Calls forward-customer.lua. */
export class ForwardCustomerScript {
  private readonly script: Script = loadScript('forward-customer');

  constructor(private readonly connection: RedisConnection) {
    this.script.loadInto(connection);
  }

  /** @returns false where the value is another by now @throws Unavailable */
  async run(call: ForwardCustomerCall): Promise<boolean> {
    const { customerKey, pastKey, expectedEtag, forward, expiryMs, records } = call;
    const etag = Buffer.from(expectedEtag, 'latin1');
    const args = [etag, forward, whole(expiryMs), whole(records)];
    const answer = await this.script.run(this.connection, [customerKey, pastKey], args);
    return answer === this.script.status('forwarded');
  }
}

function whole(value: number): string {
  return String(Math.floor(value));
}
