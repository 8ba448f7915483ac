// A hang-up is no wish to stop. `kill -HUP` asks many daemons to read their files again, and a session
// that ends sends it to what was left running in it (`nohup`, `setsid` and `&` do not keep it away from
// every child). So it does nothing here but a line in the log. Only where the terminal that this very
// process was started from is gone, which nobody can press Ctrl-C in any more, it is a SIGTERM.

import { isatty } from 'node:tty';
import type { Log } from './log.ts';

/** To be called first thing: until then a hang-up ends the process. */
export function surviveHangUps(log: Pick<Log, 'info'>): void {
  const hadTerminal = isatty(STDIN);
  process.on('SIGHUP', () => {
    // A terminal that was hung up is none any more.
    if (hadTerminal && !isatty(STDIN)) process.kill(process.pid, 'SIGTERM');
    else log.info('SIGHUP: going on (SIGTERM stops)');
  });
}

const STDIN = 0;
