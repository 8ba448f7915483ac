// The floor: the least that can be called the same job. Bare uWebSockets.js, JSON.parse, and one
// EVALSHA with SET and XADD, then a constant answer. Run as a process; prints its port by IPC.

import uWS from 'uWebSockets.js';
import { Redis } from 'ioredis';

const SCRIPT = `
local n = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], n .. '-0', 'r', ARGV[2])
return 1`;

const redis = new Redis({ path: process.argv[2]!, enableAutoPipelining: false });
const sha = (await redis.script('LOAD', SCRIPT)) as string;

uWS
  .App()
  .post('/v1/track', (res) => {
    let alive = true;
    res.onAborted(() => {
      alive = false;
    });
    res.onData((chunk, last) => {
      if (!last) return;
      const text = Buffer.from(chunk).toString();
      const event = JSON.parse(text) as { userId: string };
      const partition = event.userId.charCodeAt(event.userId.length - 1) & 63;
      redis
        .evalsha(
          sha,
          3,
          `floor:{${partition}}:customer:${event.userId}`,
          `floor:{${partition}}:ledger`,
          `floor:{${partition}}:position`,
          text,
          text,
        )
        .then(() => {
          if (!alive) return;
          res.cork(() => res.end('{"success":true,"decisions":[]}'));
        });
    });
  })
  .listen('127.0.0.1', 0, (socket) => {
    process.send?.({ kind: 'ready', port: uWS.us_socket_local_port(socket) });
  });
process.on('disconnect', () => process.exit(0));
