// A stand-in for `proffer gateway` and `proffer worker`: is ready at once, writes down when it
// drains, and misbehaves where its environment says so.

import { appendFileSync, readFileSync } from 'node:fs';

const role = process.argv[2];
const journal = process.env.TEST_JOURNAL;
const write = (what) => journal && appendFileSync(journal, `${role} ${what}\n`);

if (process.env.TEST_CRASH === role) process.exit(3);
if (process.env.TEST_FAULT === role) {
  process.send({ kind: 'fault', message: `${role} cannot: mend it` }, () => process.exit(1));
} else if (process.env.TEST_TRANSIENT === role && troubles() < 5) {
  write('in trouble');
  const message = `${role} cannot yet`;
  process.send({ kind: 'fault', message, transient: true }, () => process.exit(1));
} else {
  const drain = (why) => {
    write(why);
    if (process.env.TEST_STUBBORN === role) return;
    setTimeout(() => {
      write('drained');
      process.exit(0);
    }, 100);
  };
  process.on('SIGTERM', () => drain('term'));
  process.on('disconnect', () => drain('disconnect'));
  process.on('SIGINT', () => write('int'));
  if (process.env.TEST_STUBBORN === role) setInterval(() => {}, 1_000);
  write('ready');
  takePartInMetrics();
  process.send({ kind: 'ready', port: Number(process.env.PROFFER_PORT) });
}

function troubles() {
  const lines = readFileSync(journal, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line === `${role} in trouble`).length;
}

/** Counts itself; the gateway asks for the sum until it has one of three processes. */
function takePartInMetrics() {
  const own = { name: 'roles', help: '-', type: 'gauge', aggregator: 'sum' };
  const asking =
    role === 'gateway' &&
    setInterval(
      () => process.connected && process.send({ kind: 'metrics-wanted', id: 1 }, () => {}),
      50,
    );
  process.on('message', ({ kind, id, text }) => {
    if (kind === 'metrics-ask') {
      const metrics = [{ ...own, values: [{ value: 1, labels: {} }] }];
      process.send({ kind: 'metrics-own', id, metrics }, () => {});
    } else if (kind === 'metrics-sum' && /^roles 3$/m.test(text)) {
      clearInterval(asking);
      write('knows of three');
    }
  });
}
