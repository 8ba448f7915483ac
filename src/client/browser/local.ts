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

/** Names that begin so, sorted, with what is kept under each. */
export function kept(prefix: string): (readonly [name: string, text: string])[] {
  try {
    return Object.entries<string>({ ...localStorage })
      .filter(([name]) => name.startsWith(prefix))
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

/** Tells the page of an error of its own, as one that nobody caught. */
export function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

/** Calls what a page gave us: what it throws stops nothing here. */
export function safely<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    report(error);
    return undefined;
  }
}

/** How long to wait after so many failures, ms: twice as long each time, half of it by chance. */
export function pauseMs(failures: number): number {
  return Math.min(1_000 * 2 ** failures, 60_000) * (0.5 + Math.random() / 2);
}
