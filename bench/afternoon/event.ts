// The shape of an event.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';

export const eventShape = z.object({
  userId: z.string().min(1).max(256),
  event: z.string().min(1).max(256),
  messageId: z.string().max(256).default(randomUUID),
  properties: z.record(z.string(), z.unknown()).default({}),
});
export const batchShape = z.object({ batch: z.array(eventShape).max(500) });
export type Event = z.infer<typeof eventShape>;
