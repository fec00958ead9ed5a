export {
  advancedCircuit,
  basicCircuit,
  CIRCUIT_BREAKER_DEFAULTS,
  CIRCUIT_PROFILES,
  CircuitBreaker,
  circuitBreaker,
  CircuitOpenError,
  createCircuitBreaker,
  DynamoDbCircuitStore,
  MemoryCircuitStore,
  operationCircuit,
  resolveCircuitBreakerOptions,
  tenantCircuit,
  type CircuitBreakerDependencies,
  type CircuitBreakerEvent,
  type CircuitBreakerOptions,
  type CircuitCallbackFailedEvent,
  type CircuitCommand,
  type CircuitControl,
  type CircuitDecision,
  type CircuitDependencies,
  type CircuitFailureEvent,
  type CircuitFallback,
  type CircuitPhase,
  type CircuitRefusedEvent,
  type CircuitSnapshot,
  type CircuitState,
  type CircuitStateChangedEvent,
  type CircuitStore,
  type ControlAction,
  type Counters,
  type DeclaredCircuitOptions,
  type FailurePredicate,
  type FleetPicture,
  type LatestCalls,
  type ResolvedCircuitBreakerOptions,
  type StoreRequest,
  type Verdict,
  type WindowSummary,
} from './circuit-breaker/index.ts';
export { readConfiguration, type Configuration, type Environment } from './config/configuration.ts';
export { PRIORITIES, UNKNOWN_CALL, type CallContext, type Priority } from './core/call-context.ts';
export type { Clock } from './core/clock.ts';
export { createConsoleSink, type ConsoleLike, type LogEntry } from './core/console-sink.ts';
export {
  ConfigurationError,
  isRejection,
  isResilienceError,
  RejectedError,
  ResilienceError,
  type ResilienceErrorDetails,
} from './core/errors.ts';
export { NO_EVENTS, type EventSink, type ResilienceEvent, type StoreErrorEvent, type StoreErrorReason } from './core/events.ts';
export { pipeline, runWithPermit, type Gate, type Operation, type Permit, type Policy } from './core/gate.ts';
export { ABANDONED, outcomeOfError, type CompletedOutcome, type Outcome } from './core/outcome.ts';
export type { Random } from './core/random.ts';
export { StateClient, STATE_CLIENT_LIMITS, type StateClientDependencies, type StateClientLimits } from './dynamodb/index.ts';
export {
  describeCall,
  gateMiddleware,
  httpAnswer,
  isHttpEvent,
  middy,
  resilientExecutionMode,
  type CallDescription,
  type GateMiddleware,
  type GateMiddlewareOptions,
  type HttpAnswer,
} from './middy/index.ts';
export { createPowertoolsSink, type MetricsLike, type PowertoolsSinkOptions, type SingleMetric } from './observability/index.ts';
