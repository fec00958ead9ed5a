import Table from 'cli-table3';

/** The same run twice: first with the state of every environment in its own memory, then shared by the fleet. */
export interface Comparison<Run> {
  readonly inMemory: Run;
  readonly shared: Run;
}

/** One line of a summary: what is compared, and the two values. */
export interface SummaryRow {
  readonly what: string;
  readonly inMemory: string;
  readonly shared: string;
}

/** A comparison, line by line, under a head that says what ran. */
export interface Summary {
  readonly head: string;
  readonly rows: readonly SummaryRow[];
}

/** Makes one line of a summary. */
export function compare<Run>({ inMemory, shared }: Comparison<Run>, what: string, value: (run: Run) => string): SummaryRow {
  return { what, inMemory: value(inMemory), shared: value(shared) };
}

/** A summary as a table for the terminal. */
export function renderTable({ head, rows }: Summary): string {
  const table = new Table({
    head: [head, 'in memory', 'shared'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map(({ what, inMemory, shared }) => [what, inMemory, shared]));
  return table.toString();
}
