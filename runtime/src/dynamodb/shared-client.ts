import type { EventSink } from '../core/events.ts';
import { DEFAULT_SINK, sourcesFrom, type Sources } from '../core/sources.ts';
import { StateClient } from './state-client.ts';

// One client per table and sink for the life of the environment: connections and the store guard are shared by all policies.
// By the sink that was given: the one that policies report to is wrapped anew for each.
const clientsBySink = new WeakMap<EventSink, Map<string, StateClient>>();

/** The client of a table; made once per environment and sink. It takes clock and chance from whoever asks first. */
export function sharedStateClient(table: string, given: Partial<Sources>): StateClient {
  const { sink = DEFAULT_SINK } = given;
  const clients = clientsBySink.get(sink) ?? new Map<string, StateClient>();
  clientsBySink.set(sink, clients);
  const client = clients.get(table) ?? new StateClient(table, sourcesFrom(given));
  clients.set(table, client);
  return client;
}
