import coreMiddy from '@middy/core';
import { resilientExecutionMode } from './execution-mode.ts';

/**
 * `@middy/core`'s own factory with an execution mode in which no permit is left behind, however a request ends. Takes what
 * the original takes; an `executionMode` given to it (streaming, durable) is composed with.
 */
export const middy: typeof coreMiddy = ((handler?: unknown, plugin?: coreMiddy.PluginObject) => {
  if (typeof handler === 'function') return coreMiddy(handler as never, withMode(plugin));
  return coreMiddy(withMode(handler as coreMiddy.PluginObject | undefined));
});

function withMode(plugin: coreMiddy.PluginObject | undefined): coreMiddy.PluginObject {
  return { ...plugin, executionMode: resilientExecutionMode(plugin?.executionMode) };
}
