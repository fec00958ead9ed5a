export { ResilientHttpClient, type ClientParts, type ClientStatistics, type MethodInit } from './client.ts';
export {
  CLIENT_DEFAULTS,
  resolveClientOptions,
  type ClientOptions,
  type HeaderList,
  type ResolvedClientOptions,
} from './client-options.ts';
export { cloudMapDiscovery, type CloudMapClient, type CloudMapDiscoveryOptions, type DiscoverInstancesInput, type DiscoverInstancesOutput, type Discovery } from './cloud-map-discovery.ts';
export { CloudMapEndpoints, cloudMapEndpoints } from './cloud-map-endpoints.ts';
export { registrationAttributes, type AddressOptions, type Instance, type InstanceFilters, type Registration } from './cloud-map-instance.ts';
export type { CloudMapEndpointsOptions, CloudMapService, InstanceOptions, ResolvedCloudMapOptions } from './cloud-map-options.ts';
export { createResilientClient, type ClientSources } from './create-client.ts';
export { callWithin, currentCall, withCall } from './current-call.ts';
export { declaredDependency, type DeclaredDependency, type DeclaredPolicy } from './declared-dependency.ts';
export { Dependency, type DependencyStatistics } from './dependency.ts';
export {
  DEPENDENCY_DEFAULTS,
  type DependencyBulkheadOptions,
  type DependencyCircuitOptions,
  type DependencyOptions,
  type DependencyRetryOptions,
  type ResolvedDependencyOptions,
} from './dependency-options.ts';
export type { DependencyCall, DependencyParts, DependencySources } from './dependency-parts.ts';
export { NoEndpointError } from './endpoint-errors.ts';
export type { EndpointStatus } from './endpoint-health.ts';
export { ROUTING_DEFAULTS, type Endpoint, type EndpointPoolOptions, type ResolvedRoutingOptions, type RoutingOptions } from './endpoint-options.ts';
export { createEndpointPool, EndpointPool, type EndpointSnapshot } from './endpoint-pool.ts';
export { singleEndpoint, type EndpointResult, type EndpointSource, type HashBy, type KeyedRequest, type PickedEndpoint } from './endpoints.ts';
export { NetworkError, ResponseTooLargeError, UrlRefusedError, type NetworkFailure, type Unrepeatable, type UrlRefusal } from './errors.ts';
export type { ClientAttemptEvent, ClientCreatedEvent, ClientEvent, ClientFallbackEvent, ClientRequestEvent, FallbackKind } from './events.ts';
export type { ClientFailure, ClientFallback, FailedRequest, FallbackAnswer, StaticAnswer } from './fallback.ts';
export { Hedge, hedge, type HedgeBudget, type HedgeSources, type HedgeStatistics } from './hedging.ts';
export type { HedgeOptions, ResolvedHedgeOptions } from './hedging-options.ts';
export { CLIENT_PROFILES } from './profiles.ts';
export type { ClientRequestInit, ClientRequestInput, RequestPlan } from './request-plan.ts';
export { createDependency, resilient, type ResilientFunction, type ResilientOptions } from './resilient.ts';
export type { ClientDiscoveryFailedEvent, ClientEndpointChangedEvent, ClientEndpointsFoundEvent, ClientHedgedEvent, ClientUnhealthyUsedEvent, RoutingEvent } from './routing-events.ts';
export type { Balancing } from './routing-strategies.ts';
export type { Progress, Sender, SenderTools } from './sender.ts';
export type { TraceHeaders, TraceSource } from './trace.ts';
export { TRANSPORT_PROFILES, type Dispatcher, type ResolvedTransport, type Transport, type TransportOptions } from './transport.ts';
export { transportWeaknesses } from './weaknesses.ts';
