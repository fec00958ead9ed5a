import { mostAtOnce, type BulkheadRunResult } from './bulkhead-run.ts';
import { compare, SHARING_COLUMNS, type Comparison, type Summary } from './comparison.ts';

/** What the bulkheads did that they are not for: those of single environments are to refuse nothing, the shared one what is beyond it. */
export function bulkheadShortcomings({ inMemory, shared }: Comparison<BulkheadRunResult>): string[] {
  const [alone, together] = [mostAtOnce(inMemory.reports), mostAtOnce(shared.reports)];
  const problems: string[] = [];
  if (inMemory.refused > 0) problems.push(`Bulkheads in memory refused ${inMemory.refused} requests: they should have refused none.`);
  if (alone <= inMemory.slots) problems.push(`Without sharing there were at most ${alone} reports at once: there should have been more than ${inMemory.slots}.`);
  if (together !== shared.slots) {
    problems.push(`With a shared bulkhead there were at most ${together} reports at once: it should have been ${shared.slots}.`);
    if (shared.decidedAlone > 0) {
      problems.push(`${shared.decidedAlone} environments decided alone for a while, for the table did not answer: the machine is too busy.`);
    }
  }
  for (const { shed, stale } of [inMemory, shared]) {
    if (shed !== stale) problems.push(`${shed} requests were shed: it should have been the ${stale} that were too old.`);
  }
  return problems;
}

/** The comparison of the bulkheads, line by line. */
export function bulkheadSummary(runs: Comparison<BulkheadRunResult>): Summary {
  const { environments, slots } = runs.shared;
  const row = (what: string, value: (run: BulkheadRunResult) => string) => compare([runs.inMemory, runs.shared], what, value);
  return {
    head: `${environments} environments, a bulkhead of ${slots}`,
    columns: SHARING_COLUMNS,
    rows: [
      row('requests', (run) => String(run.requests)),
      row('done', (run) => String(run.done)),
      row('refused', (run) => String(run.refused)),
      row('shed, because they were too old', (run) => String(run.shed)),
      row('most at once', (run) => String(mostAtOnce(run.reports))),
      row('store calls per request', (run) => (run.storeCalls / run.requests).toFixed(3)),
      row('of these, writes', (run) => (run.storeWrites / run.requests).toFixed(3)),
    ],
  };
}
