// The analysts' door as ClickHouse's clients find it: raw requests, the published clients, and what
// business tools send when they connect. One engine for all.

import { afterAll, beforeAll } from 'vitest';
import { askedSuite } from './door/asked.ts';
import { type Doorway, openDoor } from './door/doorway.ts';
import { nativeSuite } from './door/native.ts';
import { packedSuite } from './door/packed.ts';
import { publishedSuite } from './door/published.ts';
import { toolsSuite } from './door/tools.ts';

let door: Doorway;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door?.analysts.stop());

askedSuite(() => door);
packedSuite(() => door);
publishedSuite(() => door);
toolsSuite(() => door);
nativeSuite(() => door);
