// A role that lives on through hang-ups; what it hears and does is in the file of its argument.

import { appendFileSync, writeFileSync } from 'node:fs';
import { untilStopped } from '../../../src/commands/role-process.ts';
import { surviveHangUps } from '../../../src/ops/hang-ups.ts';
import { createLog } from '../../../src/ops/log.ts';

const path = process.argv[2]!;
const log = createLog({ name: 'role', level: 'info' });
surviveHangUps({
  info(...said: unknown[]) {
    appendFileSync(path, `${said.join(' ')}\n`);
    log.info('said');
  },
} as typeof log);
const stopped = untilStopped();
writeFileSync(path, `${process.pid}\n`);
const idle = setInterval(() => log.info('idle'), 20);
await stopped;
log.info('drained');
appendFileSync(path, 'drained\n');
clearInterval(idle);
