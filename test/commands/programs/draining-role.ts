// A role that takes its time to drain: as many milliseconds as its argument says.

import { setTimeout as elapse } from 'node:timers/promises';
import { untilStopped } from '../../../src/commands/role-process.ts';

const stopped = untilStopped();
process.stdout.write('ready\n');
const idle = setInterval(() => {}, 1_000);
await stopped;
process.stdout.write('draining\n');
await elapse(Number(process.argv[2]));
process.stdout.write('drained\n');
clearInterval(idle);
