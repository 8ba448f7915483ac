// `kill -9` of npm reaches only npm: what it runs is handed to init and would serve for ever. Under
// npm, the loss of the parent is a request to stop, as if the signal had come through.

/** How soon the loss is noticed; ms. */
const LOOK_EVERY_MS = 500;

/** Sends this process a SIGTERM when the npm that runs it is gone; nothing without npm. */
export function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
