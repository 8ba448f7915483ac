// What outlives a page: localStorage. Where there is none (blocked, full) nothing does; what a page needs
// of it while it is open it has in variables. And what is told to the page's console.

import type { Failure } from '../answers.ts';

/** @returns nothing where it throws */
export function perhaps<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** @returns nothing where nothing is kept */
export function recall(name: string): string | null | undefined {
  return perhaps(() => localStorage.getItem(name));
}

/** @param text null = forget it */
export function remember(name: string, text: string | null): void {
  perhaps(() => (text === null ? localStorage.removeItem(name) : localStorage.setItem(name, text)));
}

/** Names that begin so, sorted, with what is kept under each. */
export function kept(prefix: string): (readonly [name: string, text: string])[] {
  const all = perhaps(() => Object.entries<string>({ ...localStorage })) ?? [];
  return all.filter(([name]) => name.startsWith(prefix)).sort();
}

/** 128 random bits. Not `randomUUID`, which pages without TLS do not have. */
export function newId(): string {
  return crypto.getRandomValues(new BigUint64Array(2)).join('');
}

/** Tells the page of an error of its own, as one that nobody caught. */
export function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

const warned = new Set<string>();

/** Tells whoever builds the page what is wrong, once for each code. */
export function warn({ code, message }: Failure): void {
  if (warned.has(code)) return;
  warned.add(code);
  // biome-ignore lint/suspicious/noConsole: where who builds a page looks
  console.warn('Proffer:', code, message);
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
