// uWebSockets.js shares ports (SO_REUSEPORT): a second service on a taken port would start without
// a word and receive half of the traffic. So `up` first binds the port for itself alone, which
// fails when anybody listens there, and lets go again.

import { createServer } from 'node:net';
import { SetupFault } from '../errors.ts';

/**
 * Makes sure that nobody listens on a port.
 * @param port 0 asks for any free port
 * @param knob what an operator sets to choose another port, for the message
 * @returns the port: the one given, or a free one
 * @throws SetupFault when it is taken, not permitted, or not an address of this machine
 */
export async function probePort(host: string, port: number, knob: string): Promise<number> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // `exclusive` keeps node:cluster, where it is in use, from sharing the handle.
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw new SetupFault(reason(error as NodeJS.ErrnoException, host, port, knob));
  }
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : port;
}

function reason(error: NodeJS.ErrnoException, host: string, port: number, knob: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use: stop what listens there, or set ${knob}`;
    case 'EACCES':
      return `port ${port} on ${host} needs privileges that this user lacks: set ${knob}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not an address of this machine: set PROFFER_HOST`;
    default:
      return `port ${port} on ${host} cannot be used (${error.code ?? error.message}): set ${knob}`;
  }
}
