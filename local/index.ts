/** Everything that stands in for AWS on one machine: DynamoDB, its faults, and Lambda's execution environments. */
export { closeAll } from './child-registry.ts';
export { localClientConfig, LOCAL_CREDENTIALS, LOCAL_REGION } from './client-config.ts';
export { startDynamoDbLocal, type DynamoDbLocal } from './dynamodb-local.ts';
export { startEmbeddedDynamoDb, type EmbeddedDynamoDb } from './embedded-dynamodb.ts';
export {
  startExecutionEnvironment,
  type ExecutionEnvironment,
  type ExecutionEnvironmentOptions,
} from './execution-environment.ts';
export type { FaultProxyCounters } from './fault-counter.ts';
export { startFaultProxy, type FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export type { FaultRule, InjectedFault } from './fault-rules.ts';
export { faults, type Fault } from './faults.ts';
export { startFleet, type Fleet, type FleetOptions, type RoutingStrategy } from './fleet.ts';
export { startRuntimeApi, type InvocationFailure, type InvocationResult, type RuntimeApi } from './runtime-api.ts';
export {
  createTable,
  createTablesFromTemplate,
  type CreatedTable,
  type SynthesizedResource,
  type SynthesizedTemplate,
} from './tables.ts';
