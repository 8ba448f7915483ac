// The catalog routes of a running service (API, "The catalog over HTTP"), as the commands use them: on
// this machine with the admin key that is kept there, elsewhere with a key of kind `catalog`.

import type { SourceFile } from '../catalog/file-text.ts';
import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import type { TestFailure } from '../catalog-tests/test-report.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { printable } from '../replay/recorded/printable.ts';
import { type Access, accessTo, refusedAccess, type ServiceOptions } from './catalog-access.ts';
import { ask } from './service.ts';

/** What is said of a version. */
export interface Version {
  readonly publication: number;
  readonly hash: string;
  readonly name: string;
  /** ISO 8601. */
  readonly publishedAt: string;
  readonly author: string;
  readonly note: string;
}

export interface VersionWithFiles extends Version {
  readonly files: readonly SourceFile[];
}

/** A fault, a warning, as the service tells it; line 0 = the file as a whole. */
export interface Told {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** What is said of a publication. */
export interface Saying {
  readonly note?: string;
  readonly author?: string;
  /** Number that must be current. */
  readonly expectedPublication?: number;
}

export interface Publishing extends Saying {
  readonly files: readonly SourceFile[];
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

export interface Published {
  /** null = only tried. */
  readonly publication: number | null;
  readonly hash: string;
  readonly unchanged: boolean;
  readonly warnings: readonly Told[];
  readonly tests: { readonly passed: number; readonly failed: number };
  readonly failures?: readonly TestFailure[];
}

/** What the service said that is no success. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly faults?: readonly Told[];
  readonly failures?: readonly TestFailure[];
  /** Of a conflict: the publication that is current. */
  readonly current?: number;
}

export type Answer<T> =
  | { readonly kind: 'ok'; readonly body: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Longest wait for an answer: a large catalog is compiled and its tests are run; ms. */
const DEADLINE_MS = 120_000;

export class CatalogService {
  private readonly access: Access;

  /** @throws SetupFault when there is no key to be found */
  constructor(
    private readonly config: Config,
    options: ServiceOptions = {},
  ) {
    this.access = accessTo(config, options);
  }

  /** @throws SetupFault as all of these, when the service cannot be asked or takes no key of ours */
  current(): Promise<Version> {
    return this.must('');
  }

  /** Newest first. */
  async versions(): Promise<readonly Version[]> {
    return (await this.must<{ versions: readonly Version[] }>('/versions')).versions;
  }

  version(publication: number): Promise<VersionWithFiles> {
    return this.must(`/versions/${publication}`, [publication]);
  }

  async diff(from: number, to: number): Promise<readonly CatalogChange[]> {
    const path = `/diff?from=${from}&to=${to}`;
    return (await this.must<{ changes: readonly CatalogChange[] }>(path, [from, to])).changes;
  }

  publish(publishing: Publishing): Promise<Answer<Published>> {
    return this.ask('', publishing);
  }

  /** @param publication whose content is to be current again; null = the newest that differs */
  rollBack(publication: number | null, saying: Saying = {}): Promise<Answer<Published>> {
    return this.ask('/rollback', { ...(publication !== null && { publication }), ...saying });
  }

  /** @param wanted the publications that it is about */
  private async must<T>(path: string, wanted: readonly number[] = []): Promise<T> {
    const answer = await this.ask<T>(path);
    if (answer.kind === 'ok') return answer.body;
    if (answer.refusal.code === 'unknown_publication') {
      const known = new Set((await this.versions()).map(({ publication }) => publication));
      const missing = wanted.find((publication) => !known.has(publication));
      if (missing !== undefined) throw new SetupFault(unknownText(missing));
    }
    throw new SetupFault(printable(answer.refusal.message));
  }

  private async ask<T>(path: string, body?: unknown): Promise<Answer<T>> {
    const { url, key } = this.access;
    const response = await ask(`${url}/v1/catalog${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const answer = await jsonOf(response);
    if (response.ok && answer !== null) return { kind: 'ok', body: answer as T };
    if (response.status === 401) throw refusedAccess(this.config, this.access);
    const refusal = (answer as { error?: Refusal } | null)?.error;
    if (refusal !== undefined) return { kind: 'refused', refusal };
    throw new SetupFault(`${url} answers ${response.status}, and not as Proffer does: is it one?`);
  }
}

/** What is told of a number that was never published. */
export function unknownText(publication: number): string {
  return `there is no publication ${publication}: \`proffer catalog list\` shows those that there are`;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
