import type { BulkheadProgress } from './bulkhead-run.ts';
import type { CircuitProgress } from './circuit-run.ts';
import type { ClientProgress } from './client-recorder.ts';
import type { LimitProgress } from './limit-run.ts';
import type { Phase } from './recorder.ts';

const SIGNS: Readonly<Record<Phase, string>> = { closed: '·', half_open: '?', open: '#' };

/** A look at a run of the checkout as one line: `·` an environment whose circuit is closed, `#` open, `?` probing. */
export function describeCircuits(progress: CircuitProgress): string {
  const circuits = progress.phases.map((phase) => SIGNS[phase]).join('');
  return [
    elapsed(progress),
    `payments ${progress.weather.padEnd(9)}`,
    rate(progress),
    `circuits ${circuits}`,
    `failing calls ${progress.failingCalls}`,
    `refused ${progress.refused}`,
    `store calls ${progress.storeCalls}`,
  ].join('  ');
}

/** A look at a run of the search as one line. */
export function describeLimits(progress: LimitProgress): string {
  const { admitted, refused, storeCalls } = progress;
  return [elapsed(progress), rate(progress), `admitted ${admitted}`, `refused ${refused}`, `store calls ${storeCalls}`].join('  ');
}

/** A look at a run of the reports as one line. */
export function describeBulkheads(progress: BulkheadProgress): string {
  const { done, refused, shed, storeCalls } = progress;
  return [elapsed(progress), rate(progress), `done ${done}`, `refused ${refused}`, `shed ${shed}`, `store calls ${storeCalls}`].join('  ');
}

/** A look at a run of the quotes as one line. */
export function describeClients(progress: ClientProgress): string {
  const { hanging, answered, failed, dropped, hangingCalls } = progress;
  return [
    elapsed(progress),
    `carrier ${hanging ? 'hangs' : 'well '}`,
    rate(progress),
    `answered ${answered}`,
    `failed ${failed}`,
    `found no environment ${dropped}`,
    `hanging calls ${hangingCalls}`,
  ].join('  ');
}

function elapsed({ elapsedMs }: { readonly elapsedMs: number }): string {
  return `${(elapsedMs / 1000).toFixed(1).padStart(4)} s`;
}

function rate({ requestsPerSecond }: { readonly requestsPerSecond: number }): string {
  return `${requestsPerSecond.toFixed(0).padStart(3)} requests/s`;
}
