import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import type { ConfigurationSource, DynamicResilienceDependencies } from '../../../runtime/src/dynamic/index.ts';
import { declared, world, type Sections } from '../resilience/world.ts';

export const PLACE = 'shop/live/checkout';
const { configuration, dynamicConfiguration } = CONTRACT.environment;

/** The text of a document. */
export const documentOf = (sections: Sections): string => JSON.stringify({ version: CONTRACT.version, ...sections });

/** Keeps documents in memory, and gives out each once. */
export class MemorySource implements ConfigurationSource {
  #text: string | undefined;
  #answer: (signal: AbortSignal) => Promise<string | undefined> = () => Promise.resolve(this.#take());
  /** How often it was asked. */
  asked = 0;
  /** Of the latest question. */
  signal: AbortSignal | undefined;

  publish(sections: Sections | string): void {
    this.#text = typeof sections === 'string' ? sections : documentOf(sections);
  }

  /** Answers otherwise from now on. */
  answerWith(answer: (signal: AbortSignal) => Promise<string | undefined>): void {
    this.#answer = answer;
  }

  latest(signal: AbortSignal): Promise<string | undefined> {
    this.asked += 1;
    this.signal = signal;
    return this.#answer(signal);
  }

  #take(): string | undefined {
    const text = this.#text;
    this.#text = undefined;
    return text;
  }
}

/** Waits that end when the test says so. */
export class ManualSleep {
  readonly #waiting: { readonly durationMs: number; readonly wake: () => void }[] = [];

  readonly sleep = (durationMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const entry = { durationMs, wake: resolve };
      this.#waiting.push(entry);
      signal?.addEventListener('abort', () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        resolve();
      });
    });

  /** How long everybody waits, in milliseconds. */
  get waits(): number[] {
    return this.#waiting.map(({ durationMs }) => durationMs);
  }

  /** Ends every wait. */
  wakeAll(): void {
    for (const { wake } of this.#waiting.splice(0)) wake();
  }
}

/** Everything but the stack, with a configuration that changes. `base` is what was deployed; undefined if that was too large. */
export function dynamicWorld(base: Sections | undefined) {
  const { [configuration.name]: document, ...tables } = declared(base ?? {});
  const environment = { ...tables, ...(base !== undefined && { [configuration.name]: document }), [dynamicConfiguration.name]: PLACE };
  const { dependencies, ...rest } = world(environment);
  const source = new MemorySource();
  const sleeping = new ManualSleep();
  const given: DynamicResilienceDependencies = { ...dependencies, source, sleep: sleeping.sleep };
  const reported = (type: string) => rest.sink.events.filter((event) => event.type === `configuration.${type}`) as unknown as Readonly<Record<string, unknown>>[];
  return { ...rest, dependencies: given, source, sleeping, environment, reported };
}
