// A gateway dies, and another leaves, while people listen there: they go on elsewhere, and nothing is lost. Of the clients
// only the address is the test's, as a load balancer's would be. Every day 200 of them; 1,000 in the long
// run (vitest.config.ts).

import { EventSource } from 'eventsource';
import { expect, it } from 'vitest';
import {
  type GatewayProcess,
  type GatewayProcesses,
  startGatewayProcesses,
} from '../support/gateway-processes.ts';

const LONG = process.env.PROFFER_TEST_LONG === '1';
const CLIENTS = LONG ? 1_000 : 200;
const ROUNDS = 3;

const CATALOG = `
catalog: streams
triggers: { viewed: { on: Viewed, decide: [popup] } }
offers: { gift: { treatments: { popup: { whose: "{{ event.properties.whose }}", round: "{{ event.properties.round }}" } } } }
placements: { popup: { channel: web } }
channels: { web: stream }
`;

it(`gives ${CLIENTS} people their own decisions, and nobody else's, whichever gateway ends`, async () => {
  const all = await startGatewayProcesses(2, CATALOG);
  const up = new Set(all.gateways);
  const people = Array.from({ length: CLIENTS }, (_, i) => listenTo(`p${i}`, i, all, up));
  try {
    await expect
      .poll(() => people.filter(({ source }) => source.readyState === 1).length, {
        timeout: 60_000,
      })
      .toBe(CLIENTS);
    for (let round = 0; round < ROUNDS; round++) {
      // In mid-round: some decisions are made while their people are between two gateways.
      const [dying, leaving] = all.gateways as [GatewayProcess, GatewayProcess];
      const gone = [null, dying, leaving][round] ?? null;
      if (gone !== null) up.delete(gone);
      const ended = gone === dying ? gone.kill() : gone?.stop();
      await sendAll(people, round, all, gone === leaving ? dying : leaving);
      await ended;
      if (gone !== dying) continue;
      await gone.start();
      up.add(gone);
    }
    const wanted = (whose: string) => Array.from({ length: ROUNDS }, (_, n) => `${whose} ${n}`);
    const waiting = () =>
      people
        .filter(({ heard }) => heard.size < ROUNDS)
        .map(({ whose, source, heard }) => [whose, source.readyState, ...heard.values()]);
    await expect.poll(waiting, { timeout: 60_000 }).toEqual([]);
    for (const { whose, heard } of people) {
      expect([...heard.values()].sort()).toEqual(wanted(whose));
    }
  } finally {
    for (const { source } of people) source.close();
    await all.stop();
  }
});

interface Person {
  readonly whose: string;
  readonly source: EventSource;
  /** By delivery: what comes again is the same. */
  readonly heard: Map<string, string>;
}

function listenTo(
  whose: string,
  i: number,
  { gateways, writeKey }: GatewayProcesses,
  up: ReadonlySet<unknown>,
): Person {
  const path = `/v1/stream?userId=${whose}&key=${writeKey}`;
  const source = new EventSource(`http://shop.example${path}`, {
    fetch: (_, init) => {
      const there = gateways.filter((gateway) => up.has(gateway));
      return fetch(there[i % there.length]!.url + path, init);
    },
  });
  const heard = new Map<string, string>();
  source.addEventListener('decision', ({ lastEventId, data }) => {
    const { treatment } = JSON.parse(data).offers[0];
    heard.set(lastEventId, `${treatment.whose} ${treatment.round}`);
  });
  return { whose, source, heard };
}

/** To the gateway that stays, a few at once. */
async function sendAll(
  people: readonly Person[],
  round: number,
  { writeKey }: GatewayProcesses,
  { url }: GatewayProcess,
): Promise<void> {
  for (let i = 0; i < people.length; i += 50) {
    const sent = people.slice(i, i + 50).map(async ({ whose }) => {
      const answer = await fetch(`${url}/v1/track`, {
        method: 'POST',
        headers: { authorization: `Bearer ${writeKey}` },
        body: JSON.stringify({ userId: whose, event: 'Viewed', properties: { whose, round } }),
      });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    });
    await Promise.all(sent);
  }
}
