// GET /docs: the API for people, drawn by RapiDoc from /openapi.json. Everything comes from this
// server, and the content security policy makes sure of it.

import type { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { projectFile } from '../ops/project-files.ts';
import type { BodilessExchange } from './bodiless-exchange.ts';

/** Where the page finds its script. */
export const DOCS_SCRIPT = '/docs/rapidoc-min.js';

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "style-src 'self' 'unsafe-inline'; font-src 'self' data:; base-uri 'none'";

const HTML = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Proffer API</title>
<meta name="viewport" content="width=device-width"><script type="module" src="${DOCS_SCRIPT}"></script>
</head>
<body><rapi-doc spec-url="/openapi.json" load-fonts="false" render-style="read"
 show-header="false" use-path-in-nav-bar="true" allow-server-selection="false" schema-style="table"></rapi-doc></body>
</html>
`;

/** Serves the page and its script; files are read when first asked for. */
export class DocsPage {
  private script: Buffer | null = null;

  html(exchange: BodilessExchange): void {
    exchange.send(200, 'text/html; charset=utf-8', HTML, { 'Content-Security-Policy': POLICY });
  }

  scriptFile(exchange: BodilessExchange): void {
    this.script ??= readFileSync(
      createRequire(import.meta.url).resolve('rapidoc/dist/rapidoc-min.js'),
    );
    exchange.send(200, 'text/javascript; charset=utf-8', this.script, {
      'Cache-Control': 'max-age=3600',
    });
  }
}

/** Reads `schemas/openapi.json`, which `npm run docs` generates. */
export function readOpenapi(): Buffer {
  return readFileSync(projectFile('schemas/openapi.json'));
}
