// `proffer replay`: a file of real behaviour into the running service, with a report at the end.

import { existsSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import type { Format } from '../replay/formats.ts';
import { replay } from '../replay/replay.ts';
import { service } from './service.ts';
import { verifyHistory } from './verify.ts';

interface Options {
  readonly format: Format;
  readonly url?: string;
  readonly key?: string;
  readonly decide: boolean;
  readonly senders: string;
}

const BATCH_SIZE = 250;
/** Longest wait for history to catch up before it is verified; s. */
const CATCH_UP_S = '120';

/** @returns the exit code: 1 when history does not agree afterwards */
export async function replayFile(config: Config, path: string, options: Options): Promise<number> {
  if (!existsSync(path)) throw new SetupFault(`${path}: there is no such file`);
  const here = options.url === undefined || options.key === undefined ? service(config) : null;
  const bar = new SingleBar({
    format: '{bar} {value} events, {rate}/s',
    noTTYOutput: false,
    hideCursor: true,
    etaBuffer: 50,
  });
  const startedAtMs = performance.now();
  let sent = 0;
  bar.start(0, 0, { rate: 0 });
  const { tally, tookMs } = await replay({
    path,
    format: options.format,
    url: (options.url ?? here!.url).replace(/\/$/, ''),
    key: options.key ?? here!.adminKey,
    decide: options.decide,
    senders: Math.max(1, Math.min(64, Number(options.senders) || 1)),
    batchSize: BATCH_SIZE,
    onProgress: (events) => {
      sent += events;
      bar.setTotal(sent);
      bar.update(sent, { rate: Math.round(sent / ((performance.now() - startedAtMs) / 1000)) });
    },
  })
    .catch((error: Error) => {
      throw new SetupFault(`replay stopped after ${sent} events: ${error.message}`);
    })
    .finally(() => bar.stop());
  process.stdout.write(`${tally.report(tookMs, BATCH_SIZE)}\n`);
  if (options.url !== undefined) {
    process.stdout.write('verify      run `proffer verify` where the service keeps its data\n');
    return 0;
  }
  return verifyHistory(config, { wait: CATCH_UP_S });
}
