import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { startLocalServer } from './local-server.ts';

const ANSWER_TIME_MS = 20;

/** How long an endpoint that hangs takes to say that it cannot: longer than anybody should wait. */
const HANG_MS = 2000;

/** What becomes of a call: a quote, an error now and then, or nothing for long. */
export type CarrierAnswer = 'quote' | 'hiccup' | 'hang';

/** What the endpoints of a carrier do. */
export interface CarrierWeather {
  /** Whether the first endpoint hangs. */
  readonly hanging: boolean;
  /** Share of the other calls that fail, at random. */
  readonly hiccupShare: number;
}

/** A carrier with several endpoints, the first of which can be made to hang. */
export interface CarrierServers {
  /** Addresses of the endpoints. */
  readonly urls: readonly string[];
  /** What they do from now on. */
  setWeather(weather: CarrierWeather): void;
  close(): Promise<void>;
}

/**
 * Starts a carrier's endpoints on free ports.
 *
 * @param onCall told what becomes of every call when it comes.
 */
export async function startCarrierServers(endpoints: number, onCall: (answer: CarrierAnswer) => void): Promise<CarrierServers> {
  let weather: CarrierWeather = { hanging: false, hiccupShare: 0 };
  const start = (_: unknown, index: number) =>
    startLocalServer((_request, response) => {
      const answer = answerAt(index, weather, Math.random());
      onCall(answer);
      void reply(answer, response);
    });
  const servers = await Promise.all(Array.from({ length: endpoints }, start));
  return {
    urls: servers.map(({ url }) => url),
    setWeather: (next) => {
      weather = next;
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** What becomes of a call, by the endpoint that it came to and a number of chance from 0 to 1. */
export function answerAt(endpoint: number, { hanging, hiccupShare }: CarrierWeather, chance: number): CarrierAnswer {
  if (hanging && endpoint === 0) return 'hang';
  return chance < hiccupShare ? 'hiccup' : 'quote';
}

async function reply(answer: CarrierAnswer, response: ServerResponse): Promise<void> {
  // Nobody may be there any more, nor this process.
  await delay(answer === 'hang' ? HANG_MS : ANSWER_TIME_MS, undefined, { ref: false });
  response.writeHead(answer === 'quote' ? 200 : 503, { 'content-type': 'application/json' }).end(answer === 'quote' ? '{"price":7}' : '{}');
}
