import type { Streams } from '../../src/gateway/streams/streams.ts';

/** A gateway's port for streams that ends each as it begins. */
export const NO_STREAMS: Streams = {
  isFull: false,
  find: async ({ name }) => ({ customerId: name, lead: '' }),
  open: () => null,
  stop: async () => {},
};
