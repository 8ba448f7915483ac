// Holds the lock of a directory until it is killed.

import { lockDirectory } from '../../../src/ops/directory-lock.ts';

await lockDirectory(process.argv[2] ?? '');
setInterval(() => {}, 1_000);
process.send?.('locked');
