import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppConfigSource } from '../../../runtime/src/dynamic/appconfig-source.ts';
import { ManualClock } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { badRequest, FakeAppConfig, hang, reset, serviceError } from './fake-appconfig.ts';

const SESSION = 'POST /configurationsessions';
const LATEST = 'GET /configuration';
const INTERVAL_MS = 60_000;

let appConfig: FakeAppConfig;
beforeEach(async () => {
  appConfig = new FakeAppConfig();
  await appConfig.start();
});
afterEach(() => appConfig.close());

function create() {
  const clock = new ManualClock();
  // Generous, because a busy machine is no failing service.
  const source = new AppConfigSource({ place: 'shop/live/checkout', pollIntervalMs: INTERVAL_MS, timeoutMs: 20_000, clock });
  const ask = (signal = new AbortController().signal) => source.latest(signal);
  const askLater = () => {
    clock.advance(INTERVAL_MS);
    return ask();
  };
  return { clock, ask, askLater };
}

describe('AppConfig', () => {
  it('is asked in one session, with the token that it gave last, and gives each document once', async () => {
    const { ask, askLater } = create();
    appConfig.publish('{"a":1}');
    await expect(ask()).resolves.toBe('{"a":1}');
    await expect(askLater()).resolves.toBeUndefined();
    appConfig.publish('{"a":2}');
    await expect(askLater()).resolves.toBe('{"a":2}');
    expect(appConfig.requests).toEqual([SESSION, LATEST, LATEST, LATEST]);
  });

  it('is told which configuration, and how often it will be asked', async () => {
    await create().ask();
    expect(appConfig.sessions).toEqual([
      { ApplicationIdentifier: 'shop', EnvironmentIdentifier: 'live', ConfigurationProfileIdentifier: 'checkout', RequiredMinimumPollIntervalInSeconds: 60 },
    ]);
  });

  it('is not asked before it wants to be', async () => {
    const { clock, ask, askLater } = create();
    appConfig.nextPollSeconds = 90;
    await ask();
    await expect(askLater()).resolves.toBeUndefined();
    expect(appConfig.requests).toHaveLength(2);
    clock.advance(30_000);
    await ask();
    expect(appConfig.requests).toHaveLength(3);
  });

  it('has nothing to say where nothing is deployed', async () => {
    await expect(create().ask()).resolves.toBeUndefined();
  });

  it('gets a new session when the token is not valid any more, and gives the latest document then', async () => {
    const { ask, askLater } = create();
    appConfig.publish('{"a":1}');
    await ask();
    appConfig.publish('{"a":2}');
    appConfig.expireTokens();
    await expect(askLater()).resolves.toBe('{"a":2}');
    await expect(askLater()).resolves.toBeUndefined();
    expect(appConfig.requests).toEqual([SESSION, LATEST, LATEST, SESSION, LATEST, LATEST]);
  });

  it('that refuses the token of a new session as well is asked no third time', async () => {
    const { ask, askLater } = create();
    await ask();
    appConfig.inject(badRequest('Corrupted'), serviceError(500, 'InternalServerException'));
    await expect(askLater()).rejects.toThrow(expect.objectContaining({ name: 'InternalServerException' }));
    expect(appConfig.requests).toEqual([SESSION, LATEST, LATEST, SESSION]);
  });

  it('that was asked too early has no news, and the session goes on', async () => {
    const { ask, askLater } = create();
    await ask();
    appConfig.inject(badRequest('PollIntervalNotSatisfied'));
    await expect(askLater()).resolves.toBeUndefined();
    appConfig.publish('{"a":1}');
    await expect(askLater()).resolves.toBe('{"a":1}');
    expect(appConfig.sessions).toHaveLength(1);
  });

  it.each([
    [403, 'AccessDeniedException'],
    [404, 'ResourceNotFoundException'],
    [429, 'ThrottlingException'],
    [500, 'InternalServerException'],
  ])('that answers with %i is asked once', async (statusCode, name) => {
    appConfig.inject(serviceError(statusCode, name));
    await expect(create().ask()).rejects.toThrow(expect.objectContaining({ name }));
    expect(appConfig.requests).toHaveLength(1);
  });

  it('whose connection died in a freeze is asked on a fresh one', async () => {
    const { ask, askLater } = create();
    await ask();
    appConfig.dropConnections();
    appConfig.publish('{"a":1}');
    await expect(askLater()).resolves.toBe('{"a":1}');
    appConfig.inject(reset);
    await expect(askLater()).resolves.toBeUndefined();
  });

  it('that resets two connections in a row is given up', async () => {
    appConfig.inject(reset, reset);
    await expect(create().ask()).rejects.toThrow();
    expect(appConfig.requests).toEqual([SESSION, SESSION]);
  });

  it('that hangs is left when nobody waits any more, and asked again later', async () => {
    const { ask, askLater } = create();
    const [asking, reached] = [new AbortController(), deferred()];
    appConfig.inject((...exchange) => {
      hang(...exchange);
      reached.resolve(undefined);
    });
    const asked = expect(ask(asking.signal)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await reached.promise;
    asking.abort();
    await asked;
    expect(appConfig.requests).toEqual([SESSION]);
    appConfig.publish('{"a":1}');
    await expect(askLater()).resolves.toBe('{"a":1}');
  });
});
