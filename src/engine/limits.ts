// Every collection that a customer's state or a step can grow, with its limit. What happens at the
// limit is said here; each case that loses something has a counter (counters.ts).

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long a messageId is remembered, in received time; the store spills, the engine never drops
 * younger ones. */
export const SEEN_MS = DAY_MS;

/** Answers kept for duplicates; the oldest leaves. */
export const ANSWERS_MAX = 8;

/** Characters of all kept answers together; the oldest texts go first and are then `[]`. */
export const ANSWER_CHARS_MAX = 8_192;

/** Other ids a customer was reached through; the oldest leaves. */
/** Others that one customer is said not to be; the oldest is forgotten. */
export const APART_MAX = 32;
export const ALIASES_MAX = 16;

/** Traits of a customer, tombstones included: the oldest tombstone leaves, then the least recently
 * stated trait. */
export const TRAITS_MAX = 100;

/** Characters of a trait's name; a longer one is not kept. */
export const TRAIT_NAME_MAX = 128;

/** Characters of one trait's JSON; a longer one is not kept. */
export const TRAIT_CHARS_MAX = 2_048;

/** Characters of all traits' JSON, names included; the least recently stated leaves. */
export const TRAITS_CHARS_MAX = 8_192;

/** Consent categories; the least recently stated leaves. */
export const CONSENTS_MAX = 32;

/** Characters of a consent category's name; a longer one is not kept. */
export const CONSENT_NAME_MAX = 64;

/** Decisions kept for outcomes, and for how long. */
export const DECISIONS_MAX = 64;
export const DECISIONS_MS = 30 * DAY_MS;

/**
 * Running cooldowns of a customer. None is ever lost: at the limit a trigger that would need one
 * more does not fire.
 */
export const COOLDOWNS_MAX = 512;

/** Characters of a `per` value that are kept as they are; a longer one is kept as its hash. */
export const COOLDOWN_KEY_MAX = 64;

/**
 * Times kept for one cap or one channel's contacts. A windowed `max` above it counts as this, so
 * that a limit is never exceeded; caps without a window count without limit.
 */
export const TIMES_MAX = 2_048;

/** How long what the catalog no longer names is carried along: features, caps, cooldowns. */
export const CARRIED_MS = 30 * DAY_MS;

/** Features carried along; the one noticed first leaves. */
export const ORPHANS_MAX = 64;

/** Membership texts whose parts are remembered in a process; all are forgotten at the limit. */
export const MEMBERSHIP_MEMO_MAX = 4_096;

/** Pending timers of a customer; the earliest due stay. */
export const TIMERS_MAX = 256;

/** Characters of the events that all timers keep; those of the latest due are forgotten. */
export const TIMER_EVENTS_CHARS_MAX = 65_536;

/** Characters of a `per` value that a timer keeps as it is; of a longer one the beginning and its hash. */
export const TIMER_KEY_MAX = 256;

/** Characters of an event that a timer keeps: context, then traits, then the longest properties go. */
export const TIMER_EVENT_CHARS_MAX = 2_048;

/** Characters of its context. */
export const TIMER_CONTEXT_CHARS_MAX = 512;

/** Firings of a customer that wait to be asked for; the oldest leaves. */
export const WAITING_MAX = 64;

/** What triggers of time remember of a customer; at the limit what the catalog no longer has leaves. */
export const NOTED_MAX = 256;

/** Until a look at one customer of which nobody knows whether it finds anything new. */
export const LOOK_AGAIN_MS = 1_000;

/** Firings that quiet hours put off are spread over so long after their end. */
export const QUIET_SPREAD_MS = 15 * 60_000;

/** Channels that a customer's preferences are kept of; the least recently counted leaves. */
export const PREFERRED_MAX = 32;

/** Half of what a channel was used and accepted counts no more after so long. */
export const PREFERENCE_HALF_LIFE_MS = 60 * DAY_MS;
