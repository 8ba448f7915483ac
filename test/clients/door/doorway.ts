// The door that the suites of this folder knock at: one engine for all of them.

import { type AnalystFixture, startAnalysts } from '../../history/analyst-fixture.ts';
import { type RawAnswer, type RawRequest, rawHttp } from '../../support/raw-http.ts';

export interface Doorway {
  readonly analysts: AnalystFixture;
  readonly url: string;
  /** Asks with the key. @param query of the URL, without `?` */
  ask(query: string, request?: RawRequest): Promise<RawAnswer>;
  /** As `ask`: the text of the body. */
  textOf(query: string, request?: RawRequest): Promise<string>;
}

export async function openDoor(): Promise<Doorway> {
  const analysts = await startAnalysts();
  const { url } = analysts.endpoint;
  const ask = (query: string, { headers, ...request }: RawRequest = {}) =>
    rawHttp(`${url}/?${query}`, {
      ...request,
      headers: { 'X-ClickHouse-Key': 'admin-key', ...headers },
    });
  return {
    analysts,
    url,
    ask,
    textOf: async (query, request) => (await ask(query, request)).body.toString(),
  };
}
