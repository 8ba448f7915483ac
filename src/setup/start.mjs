// `npm start`: everything a fresh machine lacks, then `proffer up`. Plain Node without dependencies,
// since this is what installs them.

import { prepareProgram } from './build.mjs';
import { main } from './narrate.mjs';
import { stopWithNpm } from './npm-parent.mjs';
import { provideRedis } from './redis.mjs';
import { runProgram } from './run-program.mjs';

await main(async () => {
  stopWithNpm();
  await prepareProgram();
  await provideRedis();
  await runProgram(['up', ...process.argv.slice(2)]);
});
