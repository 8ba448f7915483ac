import { realpathSync } from 'node:fs';
import { socketPath } from '../../ops/socket-path.ts';

/** Where the worker of a data directory lets a repair write to embedded history. */
export function writingSocket(dataDirectory: string): string {
  return socketPath(realpathSync(dataDirectory), 'history.sock');
}
