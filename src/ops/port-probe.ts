// uWebSockets.js shares ports (SO_REUSEPORT): a second service on a taken port would start without
// a word and receive half of the traffic. So `up` first binds the port for itself alone, which
// fails when anybody listens there, and lets go again.

import { createServer } from 'node:net';
import { listen } from './listen.ts';

/**
 * Makes sure that nobody listens on a port.
 * @param port 0 asks for any free port
 * @param knob what an operator sets to choose another port, for the message
 * @returns the port: the one given, or a free one
 * @throws SetupFault when it is taken, not permitted, or not an address of this machine
 */
export async function probePort(host: string, port: number, knob: string): Promise<number> {
  const server = createServer();
  await listen(server, { host, port }, knob);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}
