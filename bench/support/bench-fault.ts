/** What keeps a bench from running and is not a mistake in it: said in one line, without a stack. */
export class BenchFault extends Error {}

/** Runs a bench as a program: prints what it returns, and ends the process. */
export async function runBench(bench: () => Promise<string>): Promise<never> {
  try {
    console.log(await bench());
  } catch (error) {
    if (!(error instanceof BenchFault)) throw error;
    console.error(`bench: ${error.message}`);
    process.exit(1);
  }
  process.exit(0);
}
