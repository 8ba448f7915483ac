// Pages that are written by hand, with parts that are made from code between `<!-- name -->` and
// `<!-- /name -->`.

/** The page with its generated parts made anew. @throws Error where a marker is missing */
export function withGenerated(
  page: string,
  sections: Readonly<Record<string, string>>,
  title: string,
): string {
  let text = page;
  for (const [name, section] of Object.entries(sections)) {
    const [before, rest] = text.split(`<!-- ${name} -->\n`);
    const after = rest?.split(`<!-- /${name} -->`)[1];
    if (after === undefined) throw new Error(`${title} has no markers of ${name}`);
    text = `${before}<!-- ${name} -->\n${section}\n<!-- /${name} -->${after}`;
  }
  return text;
}

/** A table of Markdown. `|` in cells must be escaped. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
