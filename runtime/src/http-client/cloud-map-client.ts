import { DiscoverInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { isDeadConnection } from '../dynamodb/store-error.ts';
import type { CloudMapClient } from './cloud-map-discovery.ts';

/** How AWS Cloud Map is asked. */
export interface CloudMapClientOptions {
  /** Longest time to open a connection, in milliseconds. Default 500 ms. */
  readonly connectionTimeoutMs?: number | undefined;
  /** Longest time for a request, in milliseconds. Default 1 s. */
  readonly requestTimeoutMs?: number | undefined;
  /** Region of the namespace. Default: as the SDK finds it in the environment. */
  readonly region?: string | undefined;
  /** Address of the API in place of AWS's own, such as one on this machine. Default: AWS's. */
  readonly endpoint?: string | undefined;
}

/**
 * Asks AWS Cloud Map with the SDK: one attempt, times that really abort, and one more on a fresh connection if it was dead after a
 * freeze. Whoever has a list goes on with it while there is no answer, so nothing is gained by asking longer. Connects at the
 * first request.
 */
export function cloudMapClient(options: CloudMapClientOptions = {}): CloudMapClient {
  let client: ServiceDiscoveryClient | undefined;
  return {
    async discoverInstances(input, { abortSignal }) {
      const send = async () => {
        client ??= sdkClient(options);
        return client.send(new DiscoverInstancesCommand(input), { abortSignal });
      };
      try {
        return await send();
      } catch (error) {
        if (abortSignal.aborted || !isDeadConnection(error)) throw error;
        // The other connections of the pool died in the same freeze: a new client opens a new one.
        client = undefined;
        return send();
      }
    },
  };
}

function sdkClient({ connectionTimeoutMs = 500, requestTimeoutMs = 1000, region, endpoint }: CloudMapClientOptions): ServiceDiscoveryClient {
  return new ServiceDiscoveryClient({
    maxAttempts: 1,
    // Without the last of these the SDK only logs a warning and goes on waiting.
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
    ...(region !== undefined && { region }),
    // Otherwise the SDK asks for instances at a name of its own, `data-` before that of the address.
    ...(endpoint !== undefined && { endpoint, disableHostPrefix: true }),
  });
}
