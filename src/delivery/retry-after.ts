/** What `Retry-After` (RFC 9110) asks for: seconds, or a date; ms, null = nothing that can be read. */
export function retryAfterMs(field: string | undefined, nowMs: number): number | null {
  if (field === undefined) return null;
  if (/^\d{1,9}$/.test(field)) return Number(field) * 1_000;
  if (!HTTP_DATE.test(field)) return null;
  const atMs = Date.parse(field);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/;
