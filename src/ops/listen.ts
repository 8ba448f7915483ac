// A server of ours begins to listen, or an operator reads in one line why it cannot and what to set.

import type { Server } from 'node:net';
import { SetupFault } from '../errors.ts';

export interface Address {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

/**
 * Resolves when the server listens on the address.
 * @param knob what an operator sets to choose another port, for the message
 * @throws SetupFault when it is taken, not permitted, or not an address of this machine
 */
export function listen(server: Server, { host, port }: Address, knob: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      reject(new SetupFault(reason(error, host, port, knob)));
    };
    server.once('error', refuse);
    // `exclusive` keeps node:cluster, where it is in use, from sharing the handle.
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', refuse);
      // A connection that could not be taken (no descriptor was left): its sender comes again.
      server.on('error', () => {});
      resolve();
    });
  });
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
