// A server that takes a connection and then says nothing would be waited for without end: the wheel
// of node-link.ts counts calls only. ioredis' own `socketTimeout` would watch both, but by the wall
// clock and for as long as the link lives: after a pause of this process its timer runs before the
// answers that lie in the socket are read, and all of them would be thrown away.

import type { Redis } from 'ioredis';

/** Cuts a connect of `client` that hears nothing for `silentMs` before it is ready. */
export function watchHandshake(client: Redis, silentMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(timer);
  client.on('connect', () => {
    stop();
    const { stream } = client;
    let heardBytes = 0;
    const look = () => {
      if (client.stream !== stream || client.status === 'ready') return;
      // A server that loads its data answers for long, but it answers.
      if (stream.bytesRead === heardBytes) client.disconnect(true);
      heardBytes = stream.bytesRead;
    };
    // Sockets are read between timers and immediates.
    timer = setInterval(() => setImmediate(look), silentMs);
  });
  client.on('ready', stop);
  client.on('close', stop);
}
