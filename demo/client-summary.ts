import type { ClientRunResult } from './client-run.ts';
import { compare, seconds, type Calling, type Comparison, type Summary } from './comparison.ts';

/** Share of the requests that came to an environment that is to be answered, at least. */
const LEAST_ANSWERED = 0.95;

/** Calls that the carrier may get for each request, at most. */
const MOST_CALLS = 1.5;

/** What a busy machine may add to the time of a request. */
const SLACK_MS = 500;

/** An endpoint is left alone when it gets less than this share of the calls. */
const LEFT_ALONE_SHARE = 0.1;

/** How long calls are looked at to tell their share, and by how much the look moves on. */
const LOOK_MS = 500;
const LOOK_STEP_MS = 50;

type Runs = Comparison<ClientRunResult, Calling>;

/** Requests that came to an environment; 1 if none did, so that there is a share of them. */
function taken({ requests, dropped }: ClientRunResult): number {
  return Math.max(1, requests - dropped);
}

/** Calls that the carrier got for each request that came to an environment. */
export function callsPerRequest(run: ClientRunResult): number {
  return run.calls.length / taken(run);
}

/** Milliseconds that all but a share of the requests took at most; 0 if there were none. */
export function quantileMs({ waits }: ClientRunResult, share: number): number {
  const inOrder = waits.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  return inOrder[Math.max(0, Math.ceil(share * inOrder.length) - 1)] ?? 0;
}

/** Milliseconds that the longest request took. */
export function longestMs(run: ClientRunResult): number {
  return quantileMs(run, 1);
}

/** Share of the calls that went to the endpoint that hung, in the time in which it did. */
export function hangingShare(run: ClientRunResult): number {
  return shareWithin(run, run.hangFromMs, run.hangToMs) ?? 0;
}

/**
 * Milliseconds from when an endpoint began to hang to the last call that it got before it was left alone for good, which is when
 * of no half second a tenth of the calls goes there; undefined if it never was. Time without any calls says nothing.
 */
export function leftAloneAfterMs(run: ClientRunResult): number | undefined {
  const { calls, hangFromMs, hangToMs } = run;
  let isLeftAlone = true;
  let untilMs = hangFromMs;
  for (let atMs = hangFromMs; atMs <= hangToMs - LOOK_MS; atMs += LOOK_STEP_MS) {
    const share = shareWithin(run, atMs, atMs + LOOK_MS);
    isLeftAlone = share === undefined ? isLeftAlone : share < LEFT_ALONE_SHARE;
    if (!isLeftAlone) untilMs = atMs + LOOK_MS;
  }
  if (!isLeftAlone) return undefined;
  const last = calls.findLast(({ atMs, answer }) => answer === 'hang' && atMs < untilMs);
  return last === undefined ? 0 : last.atMs - hangFromMs;
}

/** Share of the calls of a span of time that went to the endpoint that hung; undefined if there were none. */
function shareWithin({ calls }: ClientRunResult, fromMs: number, toMs: number): number | undefined {
  const within = calls.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  return within.length === 0 ? undefined : within.filter(({ answer }) => answer === 'hang').length / within.length;
}

/** What the client did not do that it is for, and whether there was anything to do: without it requests are to fail, and to take long. */
export function clientShortcomings({ plain, client }: Runs): string[] {
  return [...hopeProblems(plain, client), ...answerProblems(client), ...carrierProblems(client)];
}

function hopeProblems(plain: ClientRunResult, client: ClientRunResult): string[] {
  const [without, through] = [plain, client].map(({ answered, requests }) => answered / requests) as [number, number];
  const problems: string[] = [];
  if (without >= through) problems.push(`By plain fetch ${percent(without)} were answered: it should have been less than the ${percent(through)} of the client.`);
  if (longestMs(plain) <= plain.requestTimeoutMs) problems.push(`By plain fetch no request took longer than ${plain.requestTimeoutMs} ms: one should have.`);
  return problems;
}

function answerProblems(client: ClientRunResult): string[] {
  const share = client.answered / taken(client);
  const [longest, limitMs] = [longestMs(client), client.requestTimeoutMs];
  const problems: string[] = [];
  if (share < LEAST_ANSWERED) problems.push(`With the client ${percent(share)} were answered: it should have been ${percent(LEAST_ANSWERED)} at least.`);
  if (longest > limitMs + SLACK_MS) problems.push(`With the client a request took ${longest} ms: its time is ${limitMs} ms, and ${SLACK_MS} ms are for the machine.`);
  return problems;
}

function carrierProblems(client: ClientRunResult): string[] {
  const calls = callsPerRequest(client);
  const problems: string[] = [];
  if (calls > MOST_CALLS) problems.push(`With the client the carrier got ${calls.toFixed(2)} calls per request: it should have been ${MOST_CALLS} at most.`);
  if (leftAloneAfterMs(client) === undefined) problems.push('With the client the endpoint that hung was not left alone: it should have been.');
  return problems;
}

/** The comparison of plain calls and those of the client, line by line. */
export function clientSummary(runs: Runs): Summary {
  const { environments, endpoints } = runs.client;
  const row = (what: string, value: (run: ClientRunResult) => string) => compare([runs.plain, runs.client], what, value);
  return {
    head: `${environments} environments, a carrier with ${endpoints} endpoints`,
    columns: ['plain fetch', 'client'],
    rows: [
      row('requests', (run) => String(run.requests)),
      row('found no environment free', (run) => String(run.dropped)),
      row('answered with a quote', (run) => percent(run.answered / run.requests)),
      row('time to answer, p99', (run) => seconds(quantileMs(run, 0.99))),
      row('time to answer, longest', (run) => seconds(longestMs(run))),
      row('calls to the carrier per request', (run) => callsPerRequest(run).toFixed(2)),
      row('share of them to the endpoint that hangs', (run) => percent(hangingShare(run))),
      row('time until it is left alone', (run) => seconds(leftAloneAfterMs(run))),
      row('store calls per request', (run) => (run.storeCalls / run.requests).toFixed(3)),
    ],
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
