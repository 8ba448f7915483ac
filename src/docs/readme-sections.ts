// The README's parts that are made from code, between `<!-- name -->` and `<!-- /name -->`.

import { KNOBS } from '../config.ts';
import { LIST_LENGTH_MAX, TEXT_LENGTH_MAX } from '../engine/features/fold.ts';
import {
  ALIASES_MAX,
  ANSWER_CHARS_MAX,
  ANSWERS_MAX,
  COOLDOWNS_MAX,
  DECISIONS_MAX,
  SEEN_MS,
  TIMES_MAX,
  TRAIT_CHARS_MAX,
  TRAITS_CHARS_MAX,
  TRAITS_MAX,
} from '../engine/limits.ts';
import { BATCH_BYTES_MAX } from '../gateway/batch-routes.ts';
import { CATALOG_BODY_BYTES_MAX } from '../gateway/catalog-publish-routes.ts';
import { EVENT_BYTES_MAX } from '../gateway/event-reader.ts';
import { ID_CHARS_MAX } from '../gateway/event-shapes.ts';
import { CATALOG_FILES_MAX } from '../gateway/openapi/catalog-schemas.ts';
import { JSON_DEPTH_MAX } from '../model/json-hazards.ts';
import { RUN_MAX } from '../state/lanes.ts';
import { withGenerated } from './with-sections.ts';

/** Every generated section by its marker. */
export function readmeSections(): Readonly<Record<string, string>> {
  return { configuration: configurationTable(), limits: limitsTable() };
}

/** A README with its generated sections made anew. @throws Error where a marker is missing */
export function withSections(readme: string): string {
  return withGenerated(readme, readmeSections(), 'the README');
}

function configurationTable(): string {
  const rows = Object.entries(KNOBS).map(([name, knob]) => {
    const parsed = knob.safeParse(undefined);
    const value = parsed.success && parsed.data !== undefined ? `\`${parsed.data}\`` : '';
    return `| \`${name}\` | ${value} | ${knob.description ?? ''} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function limitsTable(): string {
  const rows: readonly (readonly [string, string])[] = [
    ['an event', `${EVENT_BYTES_MAX / 1024} KB of JSON, nested ${JSON_DEPTH_MAX} levels`],
    ['a batch or import', `${BATCH_BYTES_MAX / 1024} KB, after gzip too`],
    [
      'a catalog over HTTP',
      `${CATALOG_BODY_BYTES_MAX / 1024 / 1024} MB, after gzip too; ${CATALOG_FILES_MAX} files`,
    ],
    ['an id, an event name', `${ID_CHARS_MAX} characters`],
    [
      'a `messageId` is remembered',
      `${SEEN_MS / 3_600_000} h; the last ${ANSWERS_MAX} answers are given again, ` +
        `where they have ${ANSWER_CHARS_MAX} characters together`,
    ],
    ['decisions that outcomes can name', `the last ${DECISIONS_MAX} of the last 30 days`],
    ['traits, aliases of a customer', `${TRAITS_MAX}, ${ALIASES_MAX}`],
    [
      'a trait, all traits of a customer',
      `${TRAIT_CHARS_MAX} and ${TRAITS_CHARS_MAX} characters of JSON: a longer one is not kept, ` +
        'the least recently stated leaves',
    ],
    [
      "a feature's key or text, a list in `latest`",
      `${TEXT_LENGTH_MAX} characters, ${LIST_LENGTH_MAX} values; longer ones contribute nothing`,
    ],
    [
      'running cooldowns of a customer',
      `${COOLDOWNS_MAX}: then triggers that need one more do not fire`,
    ],
    ['`max` of a cap or contact rule with a window', `counts to ${TIMES_MAX}`],
    ['events of one customer in one commit', `${RUN_MAX}`],
  ];
  return ['| what | limit |', '|---|---|', ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join('\n');
}
