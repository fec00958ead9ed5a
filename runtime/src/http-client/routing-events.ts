import type { ResilienceEvent } from '../core/events.ts';
import type { EndpointStatus } from './endpoint-health.ts';

/** What is known of an endpoint has changed. */
export interface ClientEndpointChangedEvent extends ResilienceEvent {
  readonly type: 'client.endpoint_changed';
  /** Host, with its port if that is not the usual one. */
  readonly endpoint: string;
  readonly from: EndpointStatus;
  readonly to: EndpointStatus;
  /** Health score, 0 to 1. */
  readonly score: number;
}

/** An endpoint that is known to be unhealthy gets calls, because there are too few others. Reported once a minute. */
export interface ClientUnhealthyUsedEvent extends ResilienceEvent {
  readonly type: 'client.unhealthy_used';
  /** Host, with its port if that is not the usual one. */
  readonly endpoint: string;
  readonly status: EndpointStatus;
}

/** Nobody could be asked which endpoints there are, or there were none. */
export interface ClientDiscoveryFailedEvent extends ResilienceEvent {
  readonly type: 'client.discovery_failed';
  readonly error: unknown;
}

/** The endpoints that were found are others than before. */
export interface ClientEndpointsFoundEvent extends ResilienceEvent {
  readonly type: 'client.endpoints_found';
  /** How many there are now. */
  readonly endpoints: number;
  /** How many of them are new. */
  readonly added: number;
  /** How many are there no longer. */
  readonly removed: number;
}

/** A call was sent a second time because the first took long, and is over. */
export interface ClientHedgedEvent extends ResilienceEvent {
  readonly type: 'client.hedged';
  /** Method of the request; absent if it has none. */
  readonly method?: string;
  /** Whether the answer is that of the second. */
  readonly won: boolean;
}

/** Everything that is reported about the choice of endpoints and about second requests; `name` is the name of the dependency. */
export type RoutingEvent = ClientEndpointChangedEvent | ClientUnhealthyUsedEvent | ClientDiscoveryFailedEvent | ClientEndpointsFoundEvent | ClientHedgedEvent;
