// Prometheus text, as far as benches read it.

/** The sum over all labels, or those that have `label`; null where there is no such metric. */
export function metricSum(text: string, name: string, label = ''): number | null {
  let sum: number | null = null;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !line.includes(label)) continue;
    const found = /^\w+(?:\{[^}]*\})? (\S+)/.exec(line);
    if (found === null || /\w/.test(line[name.length] ?? '')) continue;
    sum = (sum ?? 0) + Number(found[1]);
  }
  return sum;
}
