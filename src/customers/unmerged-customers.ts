// Where every call names its customer already, as in a replay of what was recorded: nobody is looked up,
// and no name becomes anybody's.

import type { Customers, Loaded, Named, Settled, StateStore, StoredState } from '../pipeline.ts';

export class UnmergedCustomers implements Customers {
  constructor(private readonly states: Pick<StateStore, 'load'>) {}

  find({ customerId }: Named): StoredState | Promise<StoredState> {
    const loaded = this.states.load(customerId);
    return loaded instanceof Promise ? loaded.then(stateOf) : stateOf(loaded);
  }

  leadsTo({ state }: StoredState, { customerId }: Named): boolean {
    return state.customerId === customerId;
  }

  isSettled(stored: StoredState, named: Named): boolean {
    return this.leadsTo(stored, named);
  }

  async settle(stored: StoredState): Promise<Settled> {
    return { stored, refused: [] };
  }

  async letGo(): Promise<void> {}

  forget(): void {}
}

function stateOf(loaded: Loaded): StoredState {
  if ('kind' in loaded) throw new Error('nobody is merged here');
  return loaded;
}
