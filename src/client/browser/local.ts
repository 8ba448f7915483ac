// What outlives a page: localStorage. Where there is none (blocked, full) nothing does; what a page needs
// of it while it is open it has in variables.

/** @returns null where nothing is kept */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param text null = forget it */
export function remember(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {}
}

/** The names that begin so, sorted. */
export function namesOf(prefix: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(prefix))
      .sort();
  } catch {
    return [];
  }
}

/** 128 random bits. Not `randomUUID`, which pages without TLS do not have. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Calls what a page gave us: what it throws is the page's to see, and stops nothing here. */
export function safely<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
    return undefined;
  }
}
