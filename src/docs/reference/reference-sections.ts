// The parts of docs/reference.md that are made from code.

import { CHANNELS_MAX } from '../../catalog/compile-channels.ts';
import { CHAIN_MAX } from '../../catalog/compile-derived.ts';
import { KINDS_MAX } from '../../catalog/compile-identifiers.ts';
import { RECOMMENDERS_MAX } from '../../catalog/compile-recommenders.ts';
import { LIST_MAX, TEXT_MAX } from '../../catalog/expressions/arithmetic.ts';
import { PATTERN_MAX } from '../../catalog/expressions/functions/texts.ts';
import { STEPS_MAX } from '../../catalog/expressions/macros.ts';
import { LIMITS, SOURCE_MAX } from '../../catalog/expressions/parse.ts';
import { CATALOG_BYTES_MAX, FILES_MAX } from '../../catalog/load-catalog.ts';
import { DATES_MAX } from '../../catalog/parse-dates.ts';
import { KEEP_MAX } from '../../catalog/shapes/feature-shapes.ts';
import { ENTRIES_MAX } from '../../catalog/shapes/section-shapes.ts';
import { SECTION_TEXTS, type SectionText } from '../../catalog/shapes/section-texts.ts';
import { DEPTH_MAX } from '../../catalog/yaml-tree.ts';
import { REASONS } from '../../model/decision.ts';
import { table, withGenerated } from '../with-sections.ts';
import { exampleText } from './example-text.ts';
import { featureKinds } from './feature-parts.ts';
import { defaultIdentifiers } from './identifier-defaults.ts';
import { keyTables } from './key-tables.ts';
import { languageTables } from './language-tables.ts';
import { RECIPES } from './recipes.ts';

/** The page with its generated parts made anew. @throws Error where a marker is missing */
export function withReferenceSections(page: string): string {
  return withGenerated(page, referenceSections(), 'the reference');
}

function referenceSections(): Readonly<Record<string, string>> {
  const sections = Object.entries<SectionText>(SECTION_TEXTS);
  const examples = sections.flatMap(([name, { example }]) =>
    example === null ? [] : [[`example of ${name}`, exampleText(example)] as const],
  );
  return {
    sections: table(
      ['section', 'what it is'],
      sections.map(([name, { what }]) => [`\`${name}\``, what]),
    ),
    ...keyTables(),
    ...Object.fromEntries(examples),
    'identifiers without the section': defaultIdentifiers(),
    'kinds of features': featureKinds(),
    ...languageTables(),
    reasons: table(
      ['stage', 'reason', 'what it says'],
      Object.entries(REASONS).map(([reason, [stage, meaning]]) => [
        ...[`\`${stage}\``, `\`${reason}\``, meaning],
      ]),
    ),
    'limits of catalogs': limits(),
    recipes: RECIPES.map(
      ({ title, text, example }) => `### ${title}\n\n${text}\n\n${exampleText(example)}`,
    ).join('\n\n'),
  };
}

function limits(): string {
  const number = (n: number) => n.toLocaleString('en-US');
  const rows = [
    ['a catalog', `${number(FILES_MAX)} files, ${CATALOG_BYTES_MAX / 1024 / 1024} MB`],
    ['a section', `${number(ENTRIES_MAX)} entries`],
    ['what is nested in YAML', `${DEPTH_MAX} levels`],
    ['`keep`', number(KEEP_MAX)],
    ['kinds of identifiers', number(KINDS_MAX)],
    ['`channels`', number(CHANNELS_MAX)],
    ['`recommenders`', number(RECOMMENDERS_MAX)],
    [
      'an expression',
      `${number(SOURCE_MAX)} characters, ${number(LIMITS.maxAstNodes)} nodes, nested ` +
        `${LIMITS.maxDepth} levels; a chain of \`&&\` or \`\\|\\|\` counts once`,
    ],
    ['dates of one `at`', number(DATES_MAX)],
    ['formulas and segments that read each other', `chains of ${CHAIN_MAX}`],
    [
      'macros',
      `lists of ${number(LIST_MAX)}, and ${number(STEPS_MAX)} steps with those inside of them; ` +
        'beyond, unknown',
    ],
    ['`+`', `makes lists of ${number(LIST_MAX)}, texts of ${number(TEXT_MAX)} characters`],
    ['a pattern of `matches`', `${number(PATTERN_MAX)} characters`],
  ];
  return table(['what', 'limit'], rows);
}
