import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How the server behaves towards one request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers with a status, a body and headers. */
export function answer(status: number, body = '', headers: Record<string, string> = {}): Behaviour {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** Accepts the request and says nothing, ever. */
export const hang: Behaviour = () => undefined;

/** Sends the head of an answer and then nothing more. */
export const hangAfterHead: Behaviour = (_request, response) => response.writeHead(200, { 'content-length': '10' }).flushHeaders();

/** Breaks the connection without an answer. */
export const reset: Behaviour = (request) => request.socket.resetAndDestroy();

/** Breaks the connection in the middle of a body. */
export const truncate: Behaviour = (request, response) => {
  response.writeHead(200, { 'content-length': '10' });
  response.write('part', () => request.socket.destroy());
};

/** Sends a body in two pieces, the second one after a time. */
export function slowBody(delayMs: number): Behaviour {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': '4' });
    response.write('ab');
    setTimeout(() => response.end('cd'), delayMs).unref();
  };
}

/** Answers after a time. */
export function late(delayMs: number, then: Behaviour): Behaviour {
  return (request, response) => void setTimeout(() => then(request, response), delayMs).unref();
}

/** What the server saw of a request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real server on this machine, which behaves as told. */
export class FaultServer {
  /** Requests in the order of their arrival. */
  readonly seen: SeenRequest[] = [];
  /** Connections that were opened. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #behaviours: readonly Behaviour[] = [answer(200, 'fine')];

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const behaviour = this.#behaviours[Math.min(this.seen.length, this.#behaviours.length - 1)]!;
        this.seen.push({ method: request.method!, path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
        behaviour(request, response);
      });
    });
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FaultServer> {
    const made = new FaultServer();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets what it has seen, and behaves like this from now on; the last behaviour stays. */
  will(...behaviours: readonly Behaviour[]): void {
    this.seen.length = 0;
    this.#behaviours = behaviours;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}
