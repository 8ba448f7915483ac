// The file that the gateway serves: schemas/openapi.json.

import { openapiDocument } from './document.ts';

/** Where it belongs. */
export const OPENAPI_FILE = new URL('../../../schemas/openapi.json', import.meta.url);

/** Its text; deterministic. */
export function openapiText(): string {
  return `${JSON.stringify(openapiDocument(), null, 2)}\n`;
}
