import { MemoryStateStore, StateMemory } from '../../src/state/memory-state-store.ts';
import { describeStateStore, LEDGER_MAX, STATE_BYTES_MAX } from './state-store-contract.ts';

describeStateStore('memory', async () => {
  const memory = new StateMemory(4);
  const open = () =>
    new MemoryStateStore(memory, { stateBytesMax: STATE_BYTES_MAX, ledgerMax: LEDGER_MAX });
  return {
    open,
    ledgers: async () =>
      memory.ledgers.map((ledger, p) =>
        ledger.map((record, i) => ({ n: i + 1, record })).slice(memory.trimmed[p]!),
      ),
    forward: async (customerId, to) => open().move(customerId, to),
    expire: async (customerId) => {
      memory.values.delete(customerId);
    },
    // There are no partitions to share it.
    allot: async () => {},
    trim: async (partition) => {
      memory.trimmed[partition] = memory.ledgers[partition]!.length;
    },
    close: async () => {},
  };
});
