// What is told of an event that a gateway would refuse. A gateway speaks to programs; who writes a test
// types values, and learns what to type.

import type { TestEvent } from './catalog-test.ts';

/** The message, and how to type the value that is of another type. */
export function refusalText(message: string, event: TestEvent | null): string {
  const [, name = '', type] = /^\w+\.(\S+) must be a (string|number)$/.exec(message) ?? [];
  const value = event?.carried[name];
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${message}: put quotes around ${value}`;
  }
  if (type === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) {
    return `${message}: write ${value} without quotes`;
  }
  return message;
}
