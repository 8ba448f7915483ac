// A role that is too busy to hear that its supervisor is gone, and tells it something then. Drains in
// no time.

import { supervisorChannel, untilStopped } from '../../../src/commands/role-process.ts';

const channel = supervisorChannel();
channel?.onMessage(() => {
  const untilMs = performance.now() + 500;
  while (performance.now() < untilMs);
  channel.send({ kind: 'metrics-wanted', id: 1 });
});
channel?.send({ kind: 'ready' });
await untilStopped();
process.stdout.write('drained\n');
