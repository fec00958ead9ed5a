export { createDynamicResilience, DynamicResilience } from './create.ts';
export type { ConfigurationChangedEvent, ConfigurationEvent, ConfigurationRefusedEvent, ConfigurationUnavailableEvent } from './events.ts';
export { dynamicResilience } from './middleware.ts';
export type { DynamicResilienceDependencies, DynamicResilienceOptions } from './options.ts';
export type { ConfigurationSource } from './source.ts';
