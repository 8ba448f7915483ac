// Sends like the clients that shops use: what gets no answer, 429 or 5xx comes again, with the same
// message ids, at the next server; what is refused for good (other 4xx) does not.

import { WRITE_KEY } from './gateway-process.ts';
import type { Side } from './side.ts';

export interface Delivered {
  /** false: refused for good. */
  readonly acknowledged: boolean;
  /** Offers in the answer of a single event. */
  readonly offerIds: readonly string[];
}

const AGAIN_MS = 50;
const DEADLINE_MS = 60_000;

/** @param first the server to try first; then the others in turn */
export async function deliver(
  side: Side,
  path: string,
  body: unknown,
  first: number,
): Promise<Delivered> {
  const text = JSON.stringify(body);
  const untilMs = performance.now() + DEADLINE_MS;
  for (let attempt = first; performance.now() < untilMs; attempt++) {
    const { port } = side.servers[attempt % side.servers.length]!;
    const answer = await post(port, path, text);
    if (answer !== null && answer.status < 300) {
      return { acknowledged: true, offerIds: offerIdsOf(answer.text) };
    }
    if (answer !== null && answer.status < 500 && answer.status !== 429) {
      return { acknowledged: false, offerIds: [] };
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  throw new Error(`${side.name} did not take a message within ${DEADLINE_MS} ms`);
}

async function post(port: number, path: string, body: string) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${WRITE_KEY}`, 'content-type': 'application/json' },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null;
  }
}

function offerIdsOf(text: string): readonly string[] {
  const { decisions = [] } = JSON.parse(text) as {
    decisions?: { offers: { offerId: string }[] }[];
  };
  return decisions.flatMap(({ offers }) => offers.map(({ offerId }) => offerId));
}
