// A page that is tried from top to bottom: its files, commands and answers, in their order.

/** A block of a page. */
export type PageBlock =
  /** ```yaml that begins with `# <path>`: a file to be saved, with all of its lines. */
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly line: number }
  /** ```sh: what is typed. */
  | { readonly kind: 'commands'; readonly text: string; readonly line: number }
  /** ```text: what is answered to what was typed or saved just before. */
  | { readonly kind: 'answer'; readonly text: string; readonly line: number };

const BLOCK = /^```(yaml|sh|text)\n([\s\S]*?)^```$/gm;

export function pageBlocks(page: string): readonly PageBlock[] {
  return [...page.matchAll(BLOCK)].flatMap(({ 1: language, 2: text = '', index }): PageBlock[] => {
    const line = page.slice(0, index).split('\n').length;
    if (language === 'sh') return [{ kind: 'commands', text, line }];
    if (language === 'text') return [{ kind: 'answer', text, line }];
    const path = /^# (\S+\.yaml)\n/.exec(text)?.[1];
    return path === undefined ? [] : [{ kind: 'file', path, text, line }];
  });
}

/** The page with these answers, by the line that each begins at. */
export function withAnswers(page: string, answers: ReadonlyMap<number, string>): string {
  return page.replace(BLOCK, (block: string, _language, _text, index: number) => {
    const answer = answers.get(page.slice(0, index).split('\n').length);
    return answer === undefined ? block : `\`\`\`text\n${answer.trimEnd()}\n\`\`\``;
  });
}

/** Without what differs from run to run: ids, times, days, hashes, process ids. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, 'DAY')
    .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, 'HASH')
    .replaceAll(/\b\d+ (?:s|min|h|d) old\b/g, 'AGE old')
    .replaceAll(/\bp[a-z]_[\w-]{24,}/g, 'KEY')
    .replaceAll(/"pid":\d+/g, '"pid":0');
}
