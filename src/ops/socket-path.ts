// Unix socket paths are limited to about 107 bytes (104 on macOS) and are cut silently by some
// kernels. A socket of a data directory lives in it, unless that path is too long.

import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest path that every supported kernel takes whole; bytes. */
export const SOCKET_PATH_BYTES_MAX = 103;

/**
 * Where the socket `name` of a data directory is: inside it, or under a hashed name in the
 * machine's directory for temporary files. The same directory always gets the same path.
 * @param directory absolute and real (no symbolic links)
 */
export function socketPath(directory: string, name: string): string {
  const inside = join(directory, name);
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX) return inside;
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return join(tmpdir(), `proffer-${hash}-${name}`);
}
