import type { CallContext } from '../core/call-context.ts';
import { circuitId } from './key.ts';

/** Which parts of a call have a circuit of their own, and how many circuits there may be. */
export interface KeyedCircuitOptions {
  readonly name: string;
  readonly perTenant: boolean;
  readonly perOperation: boolean;
  readonly maxKeys: number;
}

/** What has to be known of a circuit to forget it. */
export interface ForgettableCircuit {
  /** Whether nothing would be lost: it is closed, and this environment does not hold back. */
  readonly isQuiet: boolean;
}

/** Circuits looked at, from the longest unused on, for one that may be forgotten. */
const EVICTION_LOOKS = 16;

/**
 * The circuits of one dependency by tenant and operation, the latest used last. Their number is bounded: where there are too
 * many, the longest unused quiet one is forgotten. An open one never is; if only such are found, the calls of a new key share
 * the circuit of calls that have none.
 */
export class KeyedCircuits<Circuit extends ForgettableCircuit> {
  readonly #options: KeyedCircuitOptions;
  readonly #create: (id: string) => Circuit;
  readonly #circuits = new Map<string, Circuit>();

  constructor(options: KeyedCircuitOptions, create: (id: string) => Circuit) {
    this.#options = options;
    this.#create = create;
  }

  /** Circuits kept now. */
  get size(): number {
    return this.#circuits.size;
  }

  /** The circuit for a call. A call without tenant or operation has the circuit of all such calls. */
  for({ tenant, operation }: CallContext): Circuit {
    const { name, perTenant, perOperation, maxKeys } = this.#options;
    const id = circuitId({
      name,
      ...(perTenant && tenant !== undefined && { tenant }),
      ...(perOperation && operation !== undefined && { operation }),
    });
    const known = this.#circuits.get(id);
    if (known !== undefined) return this.#touch(id, known);
    if (id === name || this.#circuits.size < maxKeys || this.#forgetOne()) return this.#touch(id, this.#create(id));
    return this.for({});
  }

  #touch(id: string, circuit: Circuit): Circuit {
    this.#circuits.delete(id);
    this.#circuits.set(id, circuit);
    return circuit;
  }

  #forgetOne(): boolean {
    let looks = 0;
    for (const [id, circuit] of this.#circuits) {
      if (circuit.isQuiet && id !== this.#options.name) return this.#circuits.delete(id);
      looks += 1;
      if (looks >= EVICTION_LOOKS) return false;
    }
    return false;
  }
}
