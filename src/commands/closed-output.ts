// What a command prints when nobody reads on: `proffer sql … | head`. Node takes the signal away that
// ends other programs there, and throws EPIPE instead. Here the rest goes nowhere, and the command
// ends as it would have: its exit code stays its own, so that `verify | head` does not call a
// difference a success, and a service goes on serving without whoever read its first lines.

/** From here on, a pipe that is closed at its other end is no fault; any other fault of it is one. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
}
