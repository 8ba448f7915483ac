// The text of a part of an expression. The parser's ranges leave out parentheses at both ends, so
// that `(a && b) || c` is `a && b) || c` to it: a clause has the partner of each bracket in it.

/** Positions of an opening bracket and of the one that closes it. */
export type Brackets = readonly (readonly [open: number, close: number])[];

/** A text (a backslash hides the next sign in raw ones, too), or a bracket. */
const TOKEN = /("""|''')(?:\\.|.)*?\1|(["'])(?:\\.|(?!\2).)*\2|[()[\]{}]/gs;

/** The brackets of a source that parses. */
export function bracketsOf(source: string): Brackets {
  const pairs: [number, number][] = [];
  const open: number[] = [];
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    if ('([{'.includes(token)) open.push(index);
    else if (')]}'.includes(token)) pairs.push([open.pop() ?? index, index]);
  }
  return pairs;
}

/** From start to end, as written, with what closes and opens the brackets in it. */
export function wholeClause(
  source: string,
  brackets: Brackets,
  start: number,
  end: number,
): string {
  let [from, to] = [start, end];
  // Inner pairs come first; an outer one is only met because of one further in.
  for (const [open, close] of brackets) {
    if (open >= from && open < to && close >= to) to = close + 1;
    else if (close >= from && close < to && open < from) from = open;
  }
  return source.slice(from, to).trim();
}
