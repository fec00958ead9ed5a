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

/** What a service in AWS Cloud Map is asked with. */
export interface CloudMapDiscoveryOptions<Command> {
  /** A `ServiceDiscoveryClient` of `@aws-sdk/client-servicediscovery`, made once. Give it short timeouts and `maxAttempts: 1`. */
  readonly client: { send(command: NoInfer<Command>, options: { abortSignal: AbortSignal }): Promise<DiscoverInstancesOutput> };
  /** The class `DiscoverInstancesCommand` of the same package. */
  readonly command: new (input: DiscoverInstancesInput) => Command;
  /** The HTTP name of the namespace. */
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
export function cloudMapDiscovery<Command>(options: CloudMapDiscoveryOptions<Command>): Discovery {
  const problems = discoveryProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the discovery through AWS Cloud Map cannot work', problems);
  const { client, command: DiscoverInstances, namespace, service, query, ownerAccount } = options;
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
      const { Instances = [] } = await client.send(new DiscoverInstances(input), { abortSignal });
      return Instances.map(({ InstanceId, HealthStatus, Attributes }) => ({
        id: InstanceId ?? '',
        isUnhealthy: HealthStatus === 'UNHEALTHY',
        attributes: isRecord(Attributes) ? Attributes : {},
      }));
    },
  };
}

function discoveryProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with client, command, namespace and service`];
  const { client, command, namespace, service } = options;
  const isClient = isRecord(client) && typeof client['send'] === 'function';
  const isMissing = (text: unknown): boolean => typeof text !== 'string' || text === '';
  return [
    ...(isClient ? [] : [`options.client is ${show(client)}: pass a ServiceDiscoveryClient`]),
    ...(typeof command === 'function' ? [] : [`options.command is ${show(command)}: pass the class DiscoverInstancesCommand`]),
    ...(isMissing(namespace) ? [`options.namespace is ${show(namespace)}: pass the name of the namespace`] : []),
    ...(isMissing(service) ? [`options.service is ${show(service)}: pass the name of the service`] : []),
  ];
}
