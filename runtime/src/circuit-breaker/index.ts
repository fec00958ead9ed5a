export type { FailurePredicate, Verdict } from './classify.ts';
export { createCircuitBreaker, type CircuitBreakerDependencies } from './create.ts';
export type { CircuitControl, ControlAction } from './control.ts';
export { pictureFromItem } from './dynamodb-expressions.ts';
export { DynamoDbCircuitStore } from './dynamodb-store.ts';
export { CircuitOpenError } from './errors.ts';
export type {
  CircuitBreakerEvent,
  CircuitCallbackFailedEvent,
  CircuitCallEvent,
  CircuitCreatedEvent,
  CircuitFailureEvent,
  CircuitFallbackEvent,
  CircuitRefusedEvent,
  CircuitStateChangedEvent,
  CircuitSuccessEvent,
} from './events.ts';
export { MemoryCircuitStore } from './memory-store.ts';
export { circuitBreaker } from './middleware.ts';
export {
  CIRCUIT_BREAKER_DEFAULTS,
  resolveCircuitBreakerOptions,
  type CircuitBreakerOptions,
  type CircuitFallback,
  type DeclaredCircuitOptions,
  type ResolvedCircuitBreakerOptions,
} from './options.ts';
export { CircuitBreaker } from './policy.ts';
export { advancedCircuit, basicCircuit, CIRCUIT_PROFILES, operationCircuit, tenantCircuit } from './presets.ts';
export type { CircuitDependencies } from './shared-circuit.ts';
export type { CircuitCommand, CircuitDecision, CircuitPhase, CircuitState } from './state.ts';
export { addReport, callsWithin, counterName, fleetSize, oldestSpan, spanAt, type CounterKind, type Counters } from './evidence.ts';
export { circuitId, type CircuitKey } from './key.ts';
export type { LatestCalls } from './own-health.ts';
export type { CircuitSnapshot } from './snapshot.ts';
export type { CircuitStore, FleetPicture, StoreRequest } from './store.ts';
export type { WindowSummary } from './window.ts';
