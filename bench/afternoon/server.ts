// The service as a competent engineer writes it in an afternoon: fastify, zod, ioredis, and
// json-rules-engine. No straw man: rules are prebuilt, Redis is pipelined, messages are
// deduplicated and answered again. What it gets wrong all the same, bench/afternoon.ts counts.

import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { eligibleOffers, type Facts, firedTriggers } from './catalog.ts';
import { type Customer, count, type Given, save, seenAnswer } from './customer.ts';
import { batchShape, type Event, eventShape } from './event.ts';

const [, , socket, key] = process.argv;
const redis = new Redis({ path: socket!, enableAutoPipelining: true });
const app = Fastify();

app.addHook('onRequest', async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${key}`) await reply.code(401).send();
});

app.post('/v1/track', async (request, reply) => {
  const parsed = eventShape.safeParse(request.body);
  if (!parsed.success) return reply.code(400).send({ error: parsed.error.issues });
  return track(parsed.data);
});

app.post('/v1/batch', async (request, reply) => {
  const parsed = batchShape.safeParse(request.body);
  if (!parsed.success) return reply.code(400).send({ error: parsed.error.issues });
  const results = [];
  for (const event of parsed.data.batch) results.push(await track(event));
  return { success: true, results };
});

async function track(event: Event) {
  const { messageId } = event;
  const nowMs = Date.now();
  const seen = await seenAnswer(redis, event);
  if (seen !== null) {
    return { success: true, messageId, duplicate: true, decisions: JSON.parse(seen || '[]') };
  }
  const customer = await count(redis, event, nowMs);
  const facts = factsOf(event, customer);
  const decisions: Given[] = [];
  for (const { name, decide, offer, cooldownMs } of await firedTriggers(event.event, facts)) {
    if (nowMs - Number(customer.hash[`cooldown:${name}`] ?? 0) < cooldownMs) continue;
    const best = (await eligibleOffers(decide, facts)).find(
      ({ id, capMax }) => id === (offer ?? id) && counted(customer.shown, id) < capMax,
    );
    if (best === undefined) continue;
    const offers = [{ offerId: best.id }];
    decisions.push({ decisionId: randomUUID(), trigger: name, placement: decide, offers });
  }
  await save(redis, event, customer, decisions, nowMs);
  return { success: true, messageId, decisions };
}

function factsOf({ properties }: Event, { orders, likes, views }: Customer): Facts {
  const facts: Facts = {
    category: properties.category,
    viewsOfProduct: counted(views, String(properties.product_id)),
    orders90d: orders.length,
    spend90d: orders.reduce((sum, order) => sum + Number(order.split('|')[0]), 0),
  };
  for (const [name, { weight }] of Object.entries(likes)) facts[`likes_${name}`] = weight;
  return facts;
}

const counted = (members: readonly string[], what: string) =>
  members.filter((member) => member.startsWith(`${what}|`)).length;

const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ kind: 'ready', port: Number(new URL(address).port) });
process.on('disconnect', () => process.exit(0));
