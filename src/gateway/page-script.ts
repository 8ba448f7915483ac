// GET /v1/proffer.js: the client for pages (src/client/browser), as it was built. It is the same for
// everybody, so there is no key; pages of any origin may load it, and caches may keep it for an hour.

import type { HttpRequest } from 'uWebSockets.js';
import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { projectFile } from '../ops/project-files.ts';
import type { BodilessExchange } from './bodiless-exchange.ts';

const TYPE = 'text/javascript; charset=utf-8';

interface Script {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
}

/** Serves the script; it is read when first asked for. */
export class PageScript {
  private script: Script | null = null;

  serve(exchange: BodilessExchange, req: HttpRequest): void {
    const known = req.getHeader('if-none-match');
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\s*(?:,|$))/.test(
      req.getHeader('accept-encoding'),
    );
    this.script ??= read();
    const { plain, gzip, etag } = this.script;
    const headers: Record<string, string> = {
      'Cache-Control': 'public, max-age=3600',
      // A page may ask that what it loads may be loaded by others (Cross-Origin-Embedder-Policy).
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ETag: etag,
      Vary: 'Accept-Encoding',
      'X-Content-Type-Options': 'nosniff',
    };
    if (known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag.slice(2))) {
      exchange.notModified(headers);
      return;
    }
    if (takesGzip) headers['Content-Encoding'] = 'gzip';
    exchange.send(200, TYPE, takesGzip ? gzip : plain, headers);
  }
}

function read(): Script {
  const plain = readFileSync(projectFile('dist/client/proffer.js'));
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 16);
  // Weak: compressed or not, it is the same script.
  const etag = `W/"${hash}"`;
  return { plain, gzip: gzipSync(plain, { level: constants.Z_BEST_COMPRESSION }), etag };
}
