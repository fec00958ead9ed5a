import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../../../local/listen.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/index.ts';
import { recogniseErrorsOfNode } from '../circuit-breaker/foreign-errors.ts';

// Without it the SDK replaces errors of sockets, code and all.
recogniseErrorsOfNode();

/** What the service does with the next request. */
type Fault = (request: IncomingMessage, response: ServerResponse) => void;

/** AppConfig's data plane, as far as a function sees it: sessions, tokens for one call each, and an empty body for no news. */
export class FakeAppConfig {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #told = new Map<string, string>();
  readonly #faults: Fault[] = [];
  #tokens = 0;
  #text = '';
  /** What was asked for, in order. */
  readonly requests: string[] = [];
  /** Bodies of the requests for a session. */
  readonly sessions: unknown[] = [];
  /** Said with every document. */
  nextPollSeconds = 15;

  /** Lets the SDK of this process find it. */
  async start(): Promise<void> {
    const address = await listenOnLoopback(this.#server);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_APPCONFIGDATA: `http://${address}`,
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Deploys a document. */
  publish(text: string): void {
    this.#text = text;
  }

  /** Ends every session. */
  expireTokens(): void {
    this.#told.clear();
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
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://appconfig');
    this.requests.push(`${request.method} ${pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = this.#faults.shift();
    if (fault !== undefined) return fault(request, response);
    if (pathname === '/configurationsessions') {
      this.sessions.push(JSON.parse(Buffer.concat(chunks).toString()));
      const body = JSON.stringify({ InitialConfigurationToken: this.#newToken('') });
      response.writeHead(201, { 'content-type': 'application/json' }).end(body);
      return;
    }
    const token = searchParams.get('configuration_token') ?? '';
    const known = this.#told.get(token);
    if (known === undefined) return badRequest('Expired')(request, response);
    this.#told.delete(token);
    const next = { 'Next-Poll-Configuration-Token': this.#newToken(this.#text), 'Next-Poll-Interval-In-Seconds': String(this.nextPollSeconds) };
    response.writeHead(200, next).end(known === this.#text ? '' : this.#text);
  }

  #newToken(told: string): string {
    this.#tokens += 1;
    const token = `token-${this.#tokens}`;
    this.#told.set(token, told);
    return token;
  }
}

/** Refuses a token for a reason. */
export const badRequest =
  (problem: 'Expired' | 'Corrupted' | 'PollIntervalNotSatisfied'): Fault =>
  (_request, response) => {
    const body = { Message: 'no', Reason: 'InvalidParameters', Details: { InvalidParameters: { configuration_token: { Problem: problem } } } };
    response.writeHead(400, { 'x-amzn-errortype': 'BadRequestException', 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

/** Answers with an error of the service. */
export const serviceError =
  (statusCode: number, name: string): Fault =>
  (_request, response) => {
    response.writeHead(statusCode, { 'x-amzn-errortype': name, 'content-type': 'application/json' }).end('{"Message":"no"}');
  };

/** Never answers. */
export const hang: Fault = () => undefined;

/** Ends the connection without an answer. */
export const reset: Fault = (request) => {
  request.socket.resetAndDestroy();
};
