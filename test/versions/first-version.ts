// The oldest build that may run beside this one.

/**
 * The first commit of the main line with states that carry along what a build does not know, and with
 * commits of counted sections. An older one reads no state that this one writes: an upgrade from it
 * stops the service once (docs/operations.md).
 */
export const FIRST_VERSION = '957d641';
