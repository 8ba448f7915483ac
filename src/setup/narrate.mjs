// Set-up speaks one line per step that takes time, and shows a tool's own output only when it fails.

import { spawn } from 'node:child_process';

/** A fault that an operator must mend: one line, exit 1. */
export class SetupFault extends Error {}

/** Runs the steps of a set-up program; a fault is one line on stderr and exit code 1. */
export async function main(program) {
  try {
    await program();
  } catch (error) {
    process.stderr.write(`proffer: ${error instanceof SetupFault ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

/** Says what is being done, and does it. Goes to stderr: stdout belongs to the command. */
export async function step(text, work) {
  const startedAtMs = performance.now();
  process.stderr.write(`proffer: ${text} …\n`);
  const result = await work();
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  process.stderr.write(`proffer: ${text}: done in ${seconds} s\n`);
  return result;
}

/** Bytes of a tool's output that are kept for the case that it fails. */
const OUTPUT_BYTES_MAX = 200_000;

/**
 * Runs a tool silently.
 * @throws SetupFault `failure`, after the tool's output was written to stderr
 */
export function run(command, args, { failure, env = process.env, cwd }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (bytes) => {
      output = (output + bytes).slice(-OUTPUT_BYTES_MAX);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new SetupFault(`${failure} (${error.message})`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      process.stderr.write(output.endsWith('\n') || output === '' ? output : `${output}\n`);
      reject(new SetupFault(`${failure} (${signal ?? `exit code ${code}`})`));
    });
  });
}
