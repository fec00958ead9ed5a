import type { Fleet } from '../local/index.ts';
import { startCarrierServers, type CarrierServers } from './carrier-servers.ts';
import { ClientRecorder, type CarrierCall, type ClientCount, type ClientProgress, type Wait } from './client-recorder.ts';
import { fleetOf, sendSteadily, storeMeter, type RunPlan } from './load.ts';
import type { Tick } from './tally.ts';
import { declaredEndpoints, declaredTimeoutMs, withEndpoints } from './variables.ts';

/** Seconds of load in each run of the quotes. */
export const CLIENT_SECONDS = 4;

/** The dependency of the quotes. */
export const CARRIER_NAME = 'carrier';

/** When one of the carrier's endpoints hangs, in milliseconds since the run began. */
const HANG_FROM_MS = 750;
const HANG_TO_MS = 3250;

/** Of the calls that do not hang, so many fail at random, from beginning to end. */
export const HICCUP_SHARE = 0.05;

/** What one run of the quotes showed. */
export interface ClientRunResult {
  readonly environments: number;
  /** Endpoints of the carrier. */
  readonly endpoints: number;
  /** Longest time that the stack gives a request. */
  readonly requestTimeoutMs: number;
  /** Seconds of load. */
  readonly seconds: number;
  readonly hangFromMs: number;
  readonly hangToMs: number;
  readonly ticks: readonly Tick<ClientCount>[];
  readonly waits: readonly Wait[];
  readonly calls: readonly CarrierCall[];
  /** Requests, those included that found no environment free. */
  readonly requests: number;
  readonly dropped: number;
  /** Requests that were answered with a quote. */
  readonly answered: number;
  readonly storeCalls: number;
}

/** A request as a function URL hands it on. */
const QUOTE_EVENT = { version: '2.0', rawPath: '/quote', rawQueryString: '', requestContext: { http: { method: 'GET', path: '/quote' } } };

/** Sends a steady load through a fleet while one endpoint of the carrier hangs for some time, and the others have hiccups. */
export async function runClients(plan: RunPlan<ClientProgress>): Promise<ClientRunResult> {
  const recorder = new ClientRecorder();
  const endpoints = declaredEndpoints(plan.variables, CARRIER_NAME).length;
  const carrier = await startCarrierServers(endpoints, (answer) => recorder.hear(answer));
  try {
    const variables = { ...withEndpoints(plan.variables, CARRIER_NAME, carrier.urls), CARRIER_URLS: carrier.urls.join() };
    const fleet = await fleetOf({ ...plan, variables });
    try {
      // What an environment does for the first time takes long.
      for (let environment = 0; environment < fleet.environments.length; environment += 1) await fleet.invokeOn(environment, QUOTE_EVENT);
      await loadOn(fleet, plan, carrier, recorder);
    } finally {
      await fleet.close();
    }
  } finally {
    await carrier.close();
  }
  const { environments, seconds, variables } = plan;
  const declared = { environments, endpoints, seconds, requestTimeoutMs: declaredTimeoutMs(variables), hangFromMs: HANG_FROM_MS, hangToMs: HANG_TO_MS };
  return { ...declared, ...recorder.result(seconds) };
}

async function loadOn(fleet: Fleet, plan: RunPlan<ClientProgress>, carrier: CarrierServers, recorder: ClientRecorder): Promise<void> {
  const { tally } = recorder;
  const meter = storeMeter(plan.storeCalls, (what, times) => tally.count(what, times));
  const isHanging = () => tally.elapsedMs >= HANG_FROM_MS && tally.elapsedMs < HANG_TO_MS;
  recorder.start();
  await sendSteadily(plan.environments, plan.seconds, {
    elapsedMs: () => tally.elapsedMs,
    observe: () => {
      carrier.setWeather({ hanging: isHanging(), hiccupShare: HICCUP_SHARE });
      meter();
    },
    showProgress: () => plan.onProgress(recorder.progress(isHanging())),
    dropped: () => recorder.drop(),
    request: (environment) => recorder.request(() => fleet.invokeOn(environment, QUOTE_EVENT)),
  });
}
