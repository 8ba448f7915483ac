import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './project.mjs';

/**
 * Runs `proffer` with these arguments in this very process, so that a Ctrl-C or a `kill` meets one
 * process and not a wrapper beside it.
 */
export async function runProgram(args) {
  const path = join(projectRoot, 'dist', 'main.js');
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
}
