// A gateway of a test's own, with a pipeline that records what it is handed (the port's contract:
// pipeline.ts) and answers what the test says.

import { once } from 'node:events';
import { connect } from 'node:net';
import { Unavailable } from '../../src/errors.ts';
import { startGateway } from '../../src/gateway/gateway.ts';
import type { Gateway, GatewayParts, Rejection } from '../../src/gateway/gateway-parts.ts';
import type { KeyKind } from '../../src/gateway/keys/key-kinds.ts';
import { NO_OPTIONS } from '../../src/gateway/keys/key-options.ts';
import { fixedKeyRing } from '../../src/gateway/keys/key-ring.ts';
import type { Asked, Recommended } from '../../src/gateway/recommending.ts';
import { bodyRoutes } from '../../src/gateway/routes.ts';
import type { AuditEntry } from '../../src/ledger/audit-record.ts';
import type { EventExplanation } from '../../src/model/explanation.ts';
import type { Submission } from '../../src/model/step.ts';
import { systemClock } from '../../src/ops/clock.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import type { Result } from '../../src/pipeline.ts';
import { fixedCatalogDesk } from '../support/fixed-catalog-desk.ts';
import { fixedNames } from '../support/fixed-names.ts';
import { NO_STREAMS } from '../support/no-streams.ts';

export const WRITE_KEY = 'write-key-of-the-test';
export const ADMIN_KEY = 'admin-key-of-the-test';

/** One key under its secret. */
export const key = (id: string, kind: KeyKind) => ({
  id,
  name: id,
  kind,
  createdAtMs: 0,
  revokedAtMs: null,
  options: NO_OPTIONS,
});

export interface RunningGateway extends Gateway {
  readonly url: string;
  readonly submissions: Submission[];
  readonly rejections: Rejection[];
  readonly audits: AuditEntry[];
  readonly faults: unknown[];
  readonly recommended: Asked[];
  /** What a question for a list is answered; by default an empty one. */
  list: (asked: Asked) => Recommended;
  /** What the pipeline answers; by default `done` without decisions. */
  answer: (submission: Submission) => Result | Promise<Result>;
  ready: boolean;
  unwritable: number;
  /** POSTs JSON (or the given text) with the write key unless headers say otherwise. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly json: any;
}

export const done = (submission: Submission, answer = '[]'): Result => ({
  kind: 'done',
  messageId: submission.messageId,
  duplicate: false,
  answer,
  decisions: [],
});

const NOTHING_EXPLAINED: EventExplanation = {
  kind: 'explained',
  features: {},
  segments: {},
  triggers: [],
  decisions: [],
  answer: '[]',
};

const NO_ITEM = {
  ...{ name: null, category: null, brand: null, price: null, inStock: true },
  ...{ tags: [], accessories: [], startsAtMs: null, endsAtMs: null, properties: {} },
  known: 'declared',
} as const;

const emptyList = ({ recommendationId, request }: Asked): Recommended => ({
  kind: 'list',
  list: {
    ...{ recommendationId, recommender: request.recommender, placement: null, seeds: [] },
    ...{ items: [], removed: [], modelVersion: '', recommendedAtMs: 0 },
  },
});

/** The POST routes. */
export const POSTS = bodyRoutes(fixedNames());

export const write = { authorization: `Bearer ${WRITE_KEY}` };
export const admin = { authorization: `Bearer ${ADMIN_KEY}` };

export async function startTestGateway(
  overrides: Partial<GatewayParts> = {},
): Promise<RunningGateway> {
  const submissions: Submission[] = [];
  const rejections: Rejection[] = [];
  const audits: AuditEntry[] = [];
  const faults: unknown[] = [];
  const recommended: Asked[] = [];
  const metrics = createMetrics();
  const parts: GatewayParts = {
    host: '127.0.0.1',
    port: 0,
    pipeline: {
      async submit(submission) {
        submissions.push(submission);
        return running.answer(submission);
      },
    },
    keys: fixedKeyRing({
      [WRITE_KEY]: key('key-write', 'write'),
      [ADMIN_KEY]: key('key-admin', 'admin'),
    }),
    budgets: { report: async () => ({ budgets: [] }) },
    streams: NO_STREAMS,
    deliveries: { list: async () => [], retry: async (id) => id === 'dlv_1' },
    items: {
      put: async () => 'declared',
      find: async (itemId) => ({ ...NO_ITEM, itemId }),
      delete: async (itemId) => itemId !== 'nothing',
    },
    recommending: {
      async recommend(asked) {
        recommended.push(asked);
        return running.list(asked);
      },
    },
    catalogs: fixedCatalogDesk(),
    names: fixedNames(),
    customers: {
      async view(customerId) {
        if (customerId === 'down') throw new Unavailable('store_unavailable', 2);
        if (customerId === 'bug') throw new Error('secret');
        return customerId === 'nobody' ? null : { customerId };
      },
      // One customer has two names here.
      idOf: async (name) => (name === 'u1-too' ? 'u1' : name),
    },
    merging: {
      merge: async () => ({ kind: 'merged', mergeId: 'm1' }),
      unlink: async () => ({ kind: 'unlinked', customerId: 'a' }),
      unmerge: async () => ({ kind: 'unmerged', survivor: 'a', customerId: 'b' }),
    },
    refusedNames: { reasonOf: () => null },
    explanations: {
      explain: async () => NOTHING_EXPLAINED,
    },
    rejections: {
      async record(rejection) {
        rejections.push(rejection);
      },
    },
    audits: {
      async record(entry) {
        audits.push(entry);
      },
    },
    readiness: () => ({ ready: running.ready, reason: running.ready ? '' : 'the test says so' }),
    partitionsUnwritable: () => running.unwritable,
    metricsText: () => metrics.registry.metrics(),
    metrics,
    shed: metrics.counterBy('proffer_shed_total', 'Sent away.', 'reason'),
    clock: systemClock,
    keyRate: null,
    limits: {
      inFlightMax: 4_096,
      turnMsMax: 1_000,
      bodyDeadlineMs: 5_000,
      bodyBytesInFlightMax: 64 * 1024 * 1024,
    },
    onFault: (error) => faults.push(error),
    ...overrides,
  };
  const running = {
    submissions,
    rejections,
    audits,
    faults,
    recommended,
    list: emptyList,
    answer: (submission: Submission) => done(submission),
    ready: true,
    unwritable: 0,
  } as unknown as RunningGateway;
  const gateway = await startGateway(parts);
  const url = `http://127.0.0.1:${gateway.port}`;
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  };
  const send =
    (method: string) =>
    (path: string, body: unknown, headers: Record<string, string> = write) =>
      ask(path, {
        method,
        headers,
        body:
          typeof body === 'string' || body instanceof Uint8Array
            ? (body as string)
            : JSON.stringify(body),
      });
  return Object.assign(running, {
    url,
    port: gateway.port,
    stop: gateway.stop,
    post: send('POST'),
    put: send('PUT'),
    get: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      ask(path, { method, headers }),
  });
}

/** Sends bytes as they are; resolves with all that came until the server closed or `ms` passed. */
export async function raw(
  port: number,
  parts: readonly (string | Uint8Array)[],
  { ms = 1_500, until = '' }: { ms?: number; until?: string } = {},
): Promise<{ text: string; closed: boolean }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  let closed = false;
  const finished = new Promise<void>((resolve) => {
    // Data may be in the socket by then: turns in which it is read come first.
    const timer = setTimeout(() => setImmediate(() => setImmediate(resolve)), ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (until !== '' && text.includes(until)) end();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
      end();
    });
  });
  for (const part of parts) socket.write(part);
  await finished;
  socket.destroy();
  return { text, closed };
}
