// The typed bindings of claim-name.lua, replace-head.lua and forward-customer.lua.

import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

export interface ClaimNameCall {
  readonly nameKey: string;
  readonly pastKey: string;
  readonly claimant: string;
  /** The value that leads to the claimant. */
  readonly forward: Buffer;
  readonly expiryMs: number;
  /** Epoch ms. */
  readonly nowMs: number;
  /** A customer id who may lose it; '' = nobody. */
  readonly holder: string;
  /** 0 = any number of customers may have claimed it. */
  readonly ownersMax: number;
  readonly windowMs: number;
}

export type ClaimNameAnswer =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'owned'; readonly by: string }
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
    const { nameKey, pastKey, claimant, forward, holder } = call;
    const numbers = [call.ownersMax, call.windowMs].map(whole);
    const times = [call.expiryMs, call.nowMs].map(whole);
    const args = [claimant, forward, ...times, holder, ...numbers];
    const answer = await this.script.run(this.connection, [nameKey, pastKey], args);
    const [status, by] = answer as [number, Buffer | undefined];
    if (status === this.script.status('claimed')) return { kind: 'claimed' };
    if (status === this.script.status('owned')) return { kind: 'owned', by: by!.toString() };
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
