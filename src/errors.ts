// Every error a caller can meet, in one table. Codes are permanent: a code that goes out of use
// moves to RETIRED and is never given another meaning. A test ties this table to docs/errors.md,
// the OpenAPI document and the Lua statuses.

interface ErrorEntry {
  readonly status: number;
  /** Whether the same request can succeed later. */
  readonly retryable: boolean;
  /** What it says when the place that raises it has nothing more exact to say. */
  readonly message: string;
}

export const ERRORS = {
  invalid_json: { status: 400, retryable: false, message: 'The body is not valid JSON.' },
  invalid_request: { status: 400, retryable: false, message: 'The request is not valid.' },
  invalid_event: { status: 400, retryable: false, message: 'The event is not valid.' },
  event_too_large: { status: 400, retryable: false, message: 'An event may have 32 KB at most.' },
  unknown_recommender: {
    status: 400,
    retryable: false,
    message: 'The catalog has no such recommender.',
  },
  batch_too_large: { status: 400, retryable: false, message: 'A batch may have 500 KB at most.' },
  unknown_placement: {
    status: 400,
    retryable: false,
    message: 'The catalog has no such placement.',
  },
  invalid_catalog: { status: 400, retryable: false, message: 'The catalog has faults.' },
  catalog_tests_failed: {
    status: 400,
    retryable: false,
    message: 'Tests of the catalog failed; `force` publishes it all the same.',
  },
  missing_key: { status: 401, retryable: false, message: 'A key is required.' },
  unknown_key: { status: 401, retryable: false, message: 'The key is unknown or was revoked.' },
  key_expired: { status: 401, retryable: false, message: 'The key has expired.' },
  invalid_token: {
    status: 401,
    retryable: false,
    message: 'The customerToken is forged, over, or not of this service.',
  },
  key_not_allowed: { status: 403, retryable: false, message: 'This key may not do that.' },
  not_found: { status: 404, retryable: false, message: 'There is nothing here.' },
  unknown_customer: { status: 404, retryable: false, message: 'This customer was never seen.' },
  unknown_decision: {
    status: 404,
    retryable: false,
    message: 'The decision or offer was not given to this customer, or is too long ago.',
  },
  unknown_publication: {
    status: 404,
    retryable: false,
    message: 'There is no such version of the catalog.',
  },
  unknown_name: { status: 404, retryable: false, message: 'It is none of their names.' },
  unknown_merge: {
    status: 404,
    retryable: false,
    message: 'There is no such merge of this customer.',
  },
  unknown_delivery: {
    status: 404,
    retryable: false,
    message: 'There is no such delivery that was not sent.',
  },
  unknown_item: { status: 404, retryable: false, message: 'There is no such item.' },
  method_not_allowed: { status: 405, retryable: false, message: 'The route has other methods.' },
  request_timeout: { status: 408, retryable: true, message: 'The body took too long to arrive.' },
  publication_conflict: {
    status: 409,
    retryable: false,
    message: 'Another version of the catalog is current than the one expected.',
  },
  merge_conflict: {
    status: 409,
    retryable: false,
    message: 'Another merge of one of these customers came first.',
  },
  no_earlier_publication: {
    status: 409,
    retryable: false,
    message:
      'There is no earlier version to go back to: each is as the current one, or was rolled back ' +
      'from. Name one.',
  },
  items_full: {
    status: 409,
    retryable: false,
    message: 'As many items are declared as may be (PROFFER_ITEMS_MAX); nothing of this was.',
  },
  body_too_large: { status: 413, retryable: false, message: 'The body is over the limit.' },
  unsupported_encoding: {
    status: 415,
    retryable: false,
    message: 'Content-Encoding may be gzip or identity.',
  },
  unreadable_customer: {
    status: 422,
    retryable: false,
    message: 'What is stored of this customer cannot be read.',
  },
  rate_limited: { status: 429, retryable: true, message: 'Too many requests with this key.' },
  internal: { status: 500, retryable: true, message: 'Something went wrong here.' },
  not_ready: { status: 503, retryable: true, message: 'The service is starting or draining.' },
  store_unavailable: { status: 503, retryable: true, message: 'The state store did not answer.' },
  history_unavailable: { status: 503, retryable: true, message: 'History did not answer.' },
  ledger_full: { status: 503, retryable: true, message: 'History is behind; try again later.' },
  overloaded: { status: 503, retryable: true, message: 'Too much is in flight; try again.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** Codes that were once in the table. */
export const RETIRED: readonly string[] = [];

/** A request that cannot be served now but may be later; carries a retryable code. */
export class Unavailable extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly retryAfterS = 1,
    options?: ErrorOptions,
  ) {
    super(ERRORS[code].message, options);
    this.name = 'Unavailable';
  }
}

/** Something stored that cannot be read, and will not be by itself. */
export class Unreadable extends Error {}

/** A fault of the set-up that the operator must mend: `main` prints the message and exits 1. */
export class SetupFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SetupFault';
  }
}

/** A fault that may pass by itself, e.g. Redis restarts: a supervisor tries the start again. */
export class TransientFault extends SetupFault {
  constructor(message: string) {
    super(message);
    this.name = 'TransientFault';
  }
}
