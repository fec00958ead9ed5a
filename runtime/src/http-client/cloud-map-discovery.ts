import { cloudMapNameProblems } from '../core/cloud-map-schema.ts';
import { ConfigurationError } from '../core/errors.ts';
import { show } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import type { Instance } from './cloud-map-instance.ts';

/** Where the instances of a service are asked for. */
export interface Discovery {
  /**
   * All instances there are, in whatever order.
   *
   * @param signal Aborted when nobody waits any more.
   * @throws whatever keeps it from answering.
   */
  discover(signal: AbortSignal): Promise<readonly Instance[]>;
}

/** The input of `DiscoverInstances`, as far as it is used. */
export interface DiscoverInstancesInput {
  NamespaceName: string;
  ServiceName: string;
  HealthStatus: 'HEALTHY_OR_ELSE_ALL';
  MaxResults: number;
  QueryParameters?: Record<string, string>;
  OwnerAccount?: string;
}

/** The output of `DiscoverInstances`, as far as it is used. */
export interface DiscoverInstancesOutput {
  readonly Instances?:
    | readonly {
        readonly InstanceId?: string | undefined;
        readonly HealthStatus?: string | undefined;
        readonly Attributes?: Readonly<Record<string, string>> | undefined;
      }[]
    | undefined;
}

/**
 * Who asks AWS Cloud Map: what `cloudMapClient()` of `resilient-lambda-runtime/cloud-map` gives, or a `ServiceDiscovery` of the SDK with
 * short timeouts and `maxAttempts: 1`. One is enough for all services.
 */
export interface CloudMapClient {
  /**
   * The instances of a service.
   *
   * @throws whatever keeps Cloud Map from answering.
   */
  discoverInstances(input: DiscoverInstancesInput, options: { abortSignal: AbortSignal }): Promise<DiscoverInstancesOutput>;
}

/** What a service in AWS Cloud Map is asked with. */
export interface CloudMapDiscoveryOptions {
  /** Who asks, made once. */
  readonly client: CloudMapClient;
  /** The HTTP name of the namespace, which is its name unless that was given to another one before. */
  readonly namespace: string;
  /** Name of the service. */
  readonly service: string;
  /** Attributes that instances must have, for Cloud Map to look at: it gives no more than 1000 instances. Default: none. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Account that owns the namespace, if it is shared. Default: this one. */
  readonly ownerAccount?: string | undefined;
}

/** Most that Cloud Map gives. Left to itself, it gives a hundred. */
const MOST_INSTANCES = 1000;

/**
 * Asks AWS Cloud Map for the healthy instances of a service, or for all if none is. Needs `servicediscovery:DiscoverInstances`.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function cloudMapDiscovery(options: CloudMapDiscoveryOptions): Discovery {
  const problems = discoveryProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the discovery through AWS Cloud Map cannot work', problems);
  const { client, namespace, service, query, ownerAccount } = options;
  return {
    async discover(abortSignal) {
      const input: DiscoverInstancesInput = {
        NamespaceName: namespace,
        ServiceName: service,
        HealthStatus: 'HEALTHY_OR_ELSE_ALL',
        MaxResults: MOST_INSTANCES,
        ...(query !== undefined && { QueryParameters: { ...query } }),
        ...(ownerAccount !== undefined && { OwnerAccount: ownerAccount }),
      };
      const { Instances = [] } = await client.discoverInstances(input, { abortSignal });
      return Instances.map(({ InstanceId, HealthStatus, Attributes }) => ({
        id: InstanceId ?? '',
        isUnhealthy: HealthStatus === 'UNHEALTHY',
        attributes: isRecord(Attributes) ? Attributes : {},
      }));
    },
  };
}

/** Whether something is a client of AWS Cloud Map. */
export function isCloudMapClient(client: unknown): client is CloudMapClient {
  return isRecord(client) && typeof client['discoverInstances'] === 'function';
}

function discoveryProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with client, namespace and service`];
  const { client } = options;
  return [
    ...(isCloudMapClient(client) ? [] : [`options.client is ${show(client)}: pass cloudMapClient(), which is in resilient-lambda-runtime/cloud-map`]),
    ...cloudMapNameProblems('options', options),
  ];
}
