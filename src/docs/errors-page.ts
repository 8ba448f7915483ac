// docs/errors.md, made from the table in errors.ts.

import { ERRORS, RETIRED } from '../errors.ts';

/** The page as Markdown. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, retryable, message }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`,
  );
  const retired =
    RETIRED.length === 0
      ? 'None so far.'
      : RETIRED.map((code) => `- \`${code}\`: never to be used again`).join('\n');
  return `# Errors

Made from \`src/errors.ts\` by \`npm run docs\`; do not edit.

An error is \`{"error":{"code","message","path"?}}\` with the status below (\`invalid_catalog\` has
\`faults\` beside that, \`catalog_tests_failed\` \`failures\`, \`publication_conflict\` \`current\`). Codes are permanent. The
message here is what is said when nothing more exact is known. Retryable means that the same request
can succeed later: 429 and 503 carry \`Retry-After\`.

| code | status | retryable | message |
|---|---|---|---|
${rows.join('\n')}

## Retired codes

${retired}
`;
}
