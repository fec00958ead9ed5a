import { readConfiguration, type Declared, type Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';

const CONFIGURATION = CONTRACT.environment.configuration.name;

/** What a policy of a dependency is made from, besides its options. */
export interface DeclaredPolicy {
  /** Whether the fleet shares it, if nobody says; undefined where the stack declares the name, and so decides itself. */
  readonly shared: boolean | undefined;
  /** Environment variables for the policy; without the configuration where that does not know the name. */
  readonly environment: Environment;
}

/** What the stack says of a dependency. */
export interface DeclaredDependency {
  /** Declared options of the dependency itself, as options of a client: valid, but without defaults; empty if there are none. */
  readonly options: Readonly<Record<string, unknown>>;
  /** For its circuit. */
  readonly circuit: DeclaredPolicy;
  /** For its bulkhead. A bulkhead is not shared unless it is declared. */
  readonly bulkhead: DeclaredPolicy;
}

/**
 * What the stack says of the dependency of a name: the one place that asks. A dependency that is not declared is no mistake: its
 * circuit and its bulkhead are then not looked up in the configuration.
 *
 * @throws ConfigurationError if the configuration cannot be read.
 */
export function declaredDependency(environment: Environment, name: string): DeclaredDependency {
  const { circuits, circuitTable, bulkheads, dependencies } = readConfiguration(environment);
  return {
    options: dependencies !== undefined && Object.hasOwn(dependencies, name) ? clientOptions(dependencies[name]) : {},
    // Without any configuration a table is there because somebody wants it to be used.
    circuit: policyOf(environment, circuits, name, circuits === undefined && circuitTable !== undefined),
    // Slots of the fleet cost a wait, which only somebody who has declared them has asked for.
    bulkhead: policyOf(environment, bulkheads, name, false),
  };
}

/** A name says that there is a circuit or a bulkhead: its options are those that are declared under that name. */
function clientOptions({ circuit, bulkhead, ...rest }: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { ...rest, ...(circuit !== undefined && { circuit: circuit !== false }), ...(bulkhead !== undefined && { bulkhead: bulkhead !== false }) };
}

function policyOf(environment: Environment, declared: Declared | undefined, name: string, shared: boolean): DeclaredPolicy {
  if (declared === undefined) return { shared, environment };
  if (Object.hasOwn(declared, name)) return { shared: undefined, environment };
  return { shared, environment: { ...environment, [CONFIGURATION]: undefined } };
}
