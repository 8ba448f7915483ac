import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout, wherever set-up was called from; no slash at its end. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Whether a module is the program that was started, not one that another imports. */
export function isProgram(moduleUrl) {
  return (
    process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl)
  );
}
