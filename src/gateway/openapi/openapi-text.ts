// The file that the gateway serves: schemas/openapi.json.

import { projectFile } from '../../ops/project-files.ts';
import { openapiDocument } from './document.ts';

/** Where it belongs. */
export const OPENAPI_FILE = projectFile('schemas/openapi.json');

/** Its text; deterministic. */
export function openapiText(): string {
  return `${JSON.stringify(openapiDocument(), null, 2)}\n`;
}
