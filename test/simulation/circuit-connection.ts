import type { CircuitStore } from '../../runtime/src/circuit-breaker/store.ts';
import type { Access, StoreCall } from './store-traffic.ts';

/** A store of circuits as one environment reaches it. */
export function connectCircuit(store: CircuitStore, request: (call: StoreCall) => Promise<unknown>): CircuitStore {
  const send = <T>(access: Access, method: string, args: readonly unknown[], ask: () => Promise<T>) =>
    request({ access, method, args, ask }) as Promise<T>;
  return {
    shared: true,
    read: (...args) => send('read', 'read', args, () => store.read(...args)),
    sync: (...args) => send('write', 'sync', args, () => store.sync(...args)),
    apply: (...args) => send('write', 'apply', args, () => store.apply(...args)),
    control: (...args) => send('write', 'control', args, () => store.control(...args)),
  };
}
