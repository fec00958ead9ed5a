import type { Random } from '../../runtime/src/core/random.ts';
import type { ResolvedScenario } from './scenario.ts';

/** A stretch of constant traffic. */
interface Stretch {
  readonly toMs: number;
  readonly requestsPerMs: number;
}

/** When the requests arrive. Stretches of more or less traffic that overlap are multiplied. */
export class ArrivalTimes {
  readonly #stretches: readonly Stretch[];
  readonly #random: Random | undefined;
  #current = 0;
  #atMs = 0;

  constructor({ fleet, traffic }: Pick<ResolvedScenario, 'fleet' | 'traffic'>, random: Random) {
    this.#random = fleet.arrivals === 'poisson' ? random : undefined;
    const edges = [...new Set(traffic.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((a, b) => a - b);
    this.#stretches = [...edges, Infinity].map((toMs, index) => {
      const fromMs = index === 0 ? 0 : (edges[index - 1] ?? 0);
      const factors = traffic.filter((each) => each.fromMs <= fromMs && fromMs < each.toMs).map(({ factor }) => factor);
      return { toMs, requestsPerMs: (fleet.requestsPerSecond / 1000) * factors.reduce((product, factor) => product * factor, 1) };
    });
  }

  /** The instant of the next request. */
  next(): number {
    // The expected number of requests until the next one, used up faster where there is more traffic.
    let left = this.#random === undefined ? 1 : -Math.log(1 - Math.max(this.#random.next(), Number.EPSILON));
    let stretch = this.#stretch();
    while (this.#atMs + left / stretch.requestsPerMs > stretch.toMs) {
      // Never quite nothing: in a stretch without traffic nothing divided by nothing would be an instant.
      left = Math.max(Number.EPSILON, left - (stretch.toMs - this.#atMs) * stretch.requestsPerMs);
      this.#atMs = stretch.toMs;
      this.#current += 1;
      stretch = this.#stretch();
    }
    this.#atMs += left / stretch.requestsPerMs;
    return this.#atMs;
  }

  #stretch(): Stretch {
    return this.#stretches[this.#current] ?? { toMs: Infinity, requestsPerMs: 0 };
  }
}
