// One supervisor per data directory.
//
// Everybody who wants the directory first shows a Unix socket of its own in it, under a name never
// used before, and then asks all others there: of two who want it at once, the later to ask sees
// the other. Sockets end with their process, whatever ends that; what a crash leaves is a file that
// nobody answers on, and since names are not used again it can be removed by anybody.
//
//   shown ── nobody else answers ──────────────► holding
//     │ └─── another holds ────────────────────► refused
//     │ └─── another wants it, with a lower id ► withdrawn, and tries again
//     └───── another wants it, with a higher id: asked again, until it withdraws or holds
//
// Rejected: a pid file (pids are given again), and one socket name for all (between finding it
// stale and replacing it, another may have replaced it: 4 of 8 concurrent starts held the lock).

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { SetupFault } from '../errors.ts';
import { socketPath } from './socket-path.ts';

/** A data directory that is ours until `release`, or until this process ends. */
export interface DirectoryLock {
  /** Absolute, real path of the directory. */
  readonly directory: string;
  release(): Promise<void>;
}

const ATTEMPTS_MAX = 50;
/** Pause of one that withdrew, and of one that asks again; ms. */
const PAUSE_MS = 20;
/** A listener that does not say who it is within this time is alive all the same; ms. */
const ANSWER_DEADLINE_MS = 1_000;
/** Characters of an id; the longest name counts when the place is chosen. */
const ID_LENGTH = 12;

/**
 * Makes the directory where it is missing and locks it.
 * @throws SetupFault when another process has it or it cannot be made or written
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  let directory: string;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    directory = realpathSync(path);
  } catch (error) {
    throw new SetupFault(`data directory ${path} cannot be made (${code(error)})`);
  }
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const contender = await Contender.show(directory, path);
    const outcome = await contender.contend();
    if (outcome.kind === 'holding') return { directory, release: () => contender.withdraw() };
    await contender.withdraw();
    if (outcome.kind === 'refused') {
      throw new SetupFault(
        `data directory ${path} is in use by process ${outcome.pid}: ` +
          'stop it, or set PROFFER_DATA_DIR',
      );
    }
    await pause(PAUSE_MS);
  }
  throw new SetupFault(`data directory ${path} is being taken by another process`);
}

type Contention =
  | { readonly kind: 'holding' }
  | { readonly kind: 'refused'; readonly pid: string }
  | { readonly kind: 'withdrawn' };

class Contender {
  private holding = false;

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    private readonly prefix: string,
    private readonly id: string,
  ) {}

  static async show(directory: string, path: string): Promise<Contender> {
    const id = randomBytes(ID_LENGTH / 2).toString('hex');
    const shown = socketPath(directory, `lock-${id}`);
    const prefix = basename(shown).slice(0, -ID_LENGTH);
    const server = createServer();
    const contender = new Contender(server, dirname(shown), prefix, id);
    server.on('connection', (asker) => {
      asker.on('error', () => {});
      // Not to be waited for: one that sleeps would keep us from letting go.
      asker.end(`${contender.holding ? 'holding' : 'wanting'} ${process.pid}`, () =>
        asker.destroy(),
      );
    });
    // Others may take a socket that does not answer for stale: it gets its name once it listens.
    const hidden = join(dirname(shown), `.${prefix.replace('lock-', '')}${id}`);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(hidden, resolve);
      });
      renameSync(hidden, shown);
    } catch (error) {
      server.close();
      throw new SetupFault(`data directory ${path} cannot be written (${code(error)})`);
    }
    // The lock alone must not keep its process alive.
    server.unref();
    return contender;
  }

  async contend(): Promise<Contention> {
    for (const other of this.others()) {
      for (;;) {
        const answer = await ask(join(this.folder, this.prefix + other));
        if (answer === null) {
          rmSync(join(this.folder, this.prefix + other), { force: true, recursive: true });
          break;
        }
        if (!answer.startsWith('wanting')) {
          return { kind: 'refused', pid: answer.replace('holding ', '') };
        }
        if (other < this.id) return { kind: 'withdrawn' };
        await pause(PAUSE_MS);
      }
    }
    this.holding = true;
    return { kind: 'holding' };
  }

  withdraw(): Promise<void> {
    rmSync(join(this.folder, this.prefix + this.id), { force: true });
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private others(): readonly string[] {
    return readdirSync(this.folder)
      .filter((name) => name.startsWith(this.prefix))
      .map((name) => name.slice(this.prefix.length))
      .filter((id) => id !== this.id);
  }
}

/** What it says of itself; '?' when it does not say; null when nobody is there. */
function ask(socket: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asker = connect(socket);
    let answer = '';
    const finish = (said: string | null) => {
      asker.destroy();
      resolve(said);
    };
    asker.setTimeout(ANSWER_DEADLINE_MS, () => finish('?'));
    asker.on('data', (bytes) => {
      answer += bytes.toString();
    });
    asker.on('end', () => finish(answer || '?'));
    asker.on('error', (error) => finish(isNobody(error) ? null : '?'));
  });
}

function isNobody(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code(error));
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
