// Ports that nobody uses at the moment. What can listen on 0 should: between here and its use a port
// may be taken. This is for programs that must be told a number.

import { createServer, type Server } from 'node:net';

/** So many different free ports of 127.0.0.1. */
export async function freshPorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))));
  return ports;
}
