import { readFileSync } from 'node:fs';
import { projectFile } from './project-files.ts';

/** The release that this is, such as `0.2.0`. */
export function versionOf(): string {
  return (JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as { version: string })
    .version;
}
