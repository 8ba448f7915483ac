// What operators do to keys, for the table `audit`. It goes to the ledger as what gateways note does; where
// that takes nothing now, the work is done all the same, and it is said that no row tells of it.

import { userInfo } from 'node:os';
import type { Config } from '../config.ts';
import { writeAudit } from '../ledger/audit-record.ts';
import { AppendLedgerScript } from '../redis/append-ledger-script.ts';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import { redisUrl } from './redis-url.ts';

/** Notes a use; never throws. @param action e.g. `keys.revoke` @param target the id of a key */
export async function noteUse(
  config: Config,
  action: string,
  target: string,
  detail: string,
): Promise<void> {
  const deadlineMs = config.PROFFER_REDIS_DEADLINE_MS;
  const url = redisUrl(config);
  const connection = openConnection({ url, deadlineMs, name: 'proffer-audit', onError: () => {} });
  try {
    await connection.ready();
    // Whatever partition: what is noted is of no customer.
    const { ledger, position, marked } = new Keys(config.PROFFER_PREFIX, 1).partition(0);
    const who = { keyName: operator(), kind: 'shell' };
    const record = writeAudit({ atMs: Date.now(), ...who, action, target, detail });
    const { kind } = await new AppendLedgerScript(connection).run({
      ledgerKey: ledger,
      positionKey: position,
      markedKey: marked,
      ledgerMax: config.PROFFER_LEDGER_MAX,
      records: [record],
    });
    if (kind !== 'appended') tellLost();
  } catch {
    tellLost();
  } finally {
    connection.close();
  }
}

function tellLost(): void {
  process.stderr.write('no row of `audit` tells of it: the ledger takes nothing now\n');
}

/** Of the system; a container may have no name for its user. */
function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
