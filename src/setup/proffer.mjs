// `npm run proffer -- …` and `npm run replay -- …`: the command line, set up and built first.

import { prepareProgram } from './build.mjs';
import { main } from './narrate.mjs';
import { provideRedis } from './redis.mjs';
import { runProgram } from './run-program.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  await prepareProgram();
  if (args[0] === 'up') await provideRedis();
  await runProgram(args);
});
