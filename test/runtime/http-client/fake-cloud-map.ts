import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../../../local/listen.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/index.ts';
import type { DiscoverInstancesInput } from '../../../runtime/src/http-client/cloud-map-discovery.ts';
import { recogniseErrorsOfNode } from '../circuit-breaker/foreign-errors.ts';

// Without it the SDK replaces errors of sockets, code and all.
recogniseErrorsOfNode();

/** What the service does with the next request. */
type Fault = (request: IncomingMessage, response: ServerResponse) => void;

/** An instance as it is registered. */
export interface Registered {
  readonly InstanceId: string;
  readonly HealthStatus?: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly Attributes: Readonly<Record<string, string>>;
}

/** A request as it arrived. */
export interface Asked {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly host: string | undefined;
  readonly signedBy: string;
  readonly body: DiscoverInstancesInput;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };

/** AWS Cloud Map, as far as `DiscoverInstances` of one service sees it. */
export class FakeCloudMap {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #faults: Fault[] = [];
  /** Every request, also those that meet a fault. */
  readonly asked: Asked[] = [];
  /** What is registered. */
  instances: readonly Registered[] = [];
  /** Where it listens. */
  endpoint = '';

  /** Gives the SDK of this process credentials and a Region. */
  async start(): Promise<void> {
    this.endpoint = `http://${await listenOnLoopback(this.#server)}`;
    Object.assign(process.env, {
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends every connection, as they are after a freeze. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  /** The next requests meet these, one each. */
  inject(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { 'x-amz-target': target, host, authorization = '' } = request.headers;
    const body = JSON.parse(Buffer.concat(chunks).toString()) as DiscoverInstancesInput;
    this.asked.push({ method: request.method, target: String(target), host, signedBy: /Credential=([^/]+)/.exec(authorization)?.[1] ?? '', body });
    const fault = this.#faults.shift();
    if (fault !== undefined) return fault(request, response);
    const { NamespaceName, ServiceName } = body;
    const Instances = this.#wanted().map((each) => ({ HealthStatus: 'HEALTHY', NamespaceName, ServiceName, ...each }));
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ Instances, InstancesRevision: 1 }));
  }

  /** What the filter HEALTHY_OR_ELSE_ALL gives: the service does not know any other here. */
  #wanted(): readonly Registered[] {
    const healthy = this.instances.filter(({ HealthStatus = 'HEALTHY' }) => HealthStatus === 'HEALTHY');
    return healthy.length > 0 ? healthy : this.instances;
  }
}

/** Answers with an error of the service. */
export const serviceError =
  (statusCode: number, name: string): Fault =>
  (_request, response) => {
    response.writeHead(statusCode, JSON_TYPE).end(JSON.stringify({ __type: name, message: 'no' }));
  };

/** Never answers. */
export const hang: Fault = () => undefined;

/** Ends the connection without an answer. */
export const reset: Fault = (request) => {
  request.socket.resetAndDestroy();
};
