import { AppConfigDataClient, GetLatestConfigurationCommand, StartConfigurationSessionCommand } from '@aws-sdk/client-appconfigdata';
import type { Clock } from '../core/clock.ts';
import { isRecord } from '../core/record.ts';
import { isDeadConnection, property } from '../dynamodb/store-error.ts';
import type { ConfigurationSource } from './source.ts';

/** How AppConfig is asked. */
export interface AppConfigSourceOptions {
  /** Ids of application, environment and profile, joined by slashes. */
  readonly place: string;
  /** How often it is asked at most, in milliseconds. */
  readonly pollIntervalMs: number;
  /** Longest time to open a connection, and for a request, in milliseconds; whoever asks may give up earlier. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * The configuration in AppConfig. One client and one session for the life of the environment; a token that is not valid any more,
 * because a day has passed or an answer was lost, costs a new session. One attempt at each request, and one more on a fresh
 * connection if it was dead after a freeze.
 */
export class AppConfigSource implements ConfigurationSource {
  readonly #options: AppConfigSourceOptions;
  #client: AppConfigDataClient | undefined;
  #token: string | undefined;
  #askFromMs = -Infinity;

  constructor(options: AppConfigSourceOptions) {
    this.#options = options;
  }

  /**
   * The latest document that is deployed; undefined if it has not changed, or if AppConfig does not want to be asked yet.
   *
   * @throws the error of the SDK.
   */
  async latest(signal: AbortSignal): Promise<string | undefined> {
    if (this.#options.clock.nowMs() < this.#askFromMs) return undefined;
    const hadToken = this.#token !== undefined;
    try {
      return await this.#ask(signal);
    } catch (error) {
      if (isTooEarly(error)) return undefined;
      const isOld = hadToken && property(error, 'name') === 'BadRequestException';
      if (signal.aborted || !(isOld || isDeadConnection(error))) throw error;
      if (isOld) this.#token = undefined;
      // The other connections of the pool died in the same freeze: a new client opens a new one.
      else this.#client = undefined;
      return this.#ask(signal);
    }
  }

  async #ask(abortSignal: AbortSignal): Promise<string | undefined> {
    this.#token ??= await this.#openSession(abortSignal);
    const command = new GetLatestConfigurationCommand({ ConfigurationToken: this.#token });
    const answer = await this.#connected().send(command, { abortSignal });
    this.#token = answer.NextPollConfigurationToken;
    this.#askFromMs = this.#options.clock.nowMs() + (answer.NextPollIntervalInSeconds ?? 0) * 1000;
    const text = answer.Configuration?.transformToString() ?? '';
    return text === '' ? undefined : text;
  }

  async #openSession(abortSignal: AbortSignal): Promise<string | undefined> {
    const { place, pollIntervalMs } = this.#options;
    const [application, environment, profile] = place.split('/');
    const command = new StartConfigurationSessionCommand({
      ApplicationIdentifier: application,
      EnvironmentIdentifier: environment,
      ConfigurationProfileIdentifier: profile,
      RequiredMinimumPollIntervalInSeconds: Math.floor(pollIntervalMs / 1000),
    });
    const answer = await this.#connected().send(command, { abortSignal });
    return answer.InitialConfigurationToken;
  }

  #connected(): AppConfigDataClient {
    const { timeoutMs } = this.#options;
    this.#client ??= new AppConfigDataClient({
      maxAttempts: 1,
      // Without the last of these the SDK only logs a warning and goes on waiting.
      requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    });
    return this.#client;
  }
}

/** Whether AppConfig says that it has been asked a moment ago. The token stays valid then. */
function isTooEarly(error: unknown): boolean {
  const parameters = property(property(error, 'Details'), 'InvalidParameters');
  return isRecord(parameters) && Object.values(parameters).some((each) => property(each, 'Problem') === 'PollIntervalNotSatisfied');
}
