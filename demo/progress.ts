import type { Progress } from './load.ts';
import type { Phase } from './recorder.ts';

const SIGNS: Readonly<Record<Phase, string>> = { closed: '·', half_open: '?', open: '#' };

/** A look at a run as one line: `·` an environment whose circuit is closed, `#` open, `?` probing. */
export function describeProgress(progress: Progress): string {
  const circuits = progress.phases.map((phase) => SIGNS[phase]).join('');
  return [
    `${(progress.elapsedMs / 1000).toFixed(1).padStart(4)} s`,
    `payments ${progress.weather.padEnd(9)}`,
    `${progress.requestsPerSecond.toFixed(0).padStart(3)} requests/s`,
    `circuits ${circuits}`,
    `failing calls ${progress.failingCalls}`,
    `refused ${progress.refused}`,
    `store calls ${progress.storeCalls}`,
  ].join('  ');
}
