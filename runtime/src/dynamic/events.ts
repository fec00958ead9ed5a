import type { ResilienceEvent } from '../core/events.ts';

/** Another configuration serves from now on. `name` says where it is kept. */
export interface ConfigurationChangedEvent extends ResilienceEvent {
  readonly type: 'configuration.changed';
  /** What is not as it was, for example `circuits.payments, observability`. */
  readonly changed: string;
}

/** A configuration was offered that cannot be used: the last good one goes on serving. */
export interface ConfigurationRefusedEvent extends ResilienceEvent {
  readonly type: 'configuration.refused';
  /** With every problem. */
  readonly error: unknown;
}

/** It could not be asked whether there is another configuration: the last good one goes on serving. */
export interface ConfigurationUnavailableEvent extends ResilienceEvent {
  readonly type: 'configuration.unavailable';
  readonly error: unknown;
}

/** Everything that a changing configuration reports. */
export type ConfigurationEvent = ConfigurationChangedEvent | ConfigurationRefusedEvent | ConfigurationUnavailableEvent;
