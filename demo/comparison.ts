import Table from 'cli-table3';

/** Where the state of a function is kept: by every environment in its own memory, or by the fleet together. */
export type Sharing = 'inMemory' | 'shared';

/** How a function calls others: by `fetch` with nothing around it, or through a client. */
export type Calling = 'plain' | 'client';

/** The same run twice, in two ways, of which the first is what there is without this library's help. */
export type Comparison<Run, Way extends string = Sharing> = Readonly<Record<Way, Run>>;

/** One line of a summary: what is compared, and the value of each run. */
export interface SummaryRow {
  readonly what: string;
  readonly values: readonly [string, string];
}

/** A comparison, line by line, under a head that says what ran. */
export interface Summary {
  readonly head: string;
  /** The two ways. */
  readonly columns: readonly [string, string];
  readonly rows: readonly SummaryRow[];
}

/** The ways in which the state of a function is kept, as a table has them. */
export const SHARING_COLUMNS = ['in memory', 'shared'] as const;

/** Makes one line of a summary. */
export function compare<Run>([first, second]: readonly [Run, Run], what: string, value: (run: Run) => string): SummaryRow {
  return { what, values: [value(first), value(second)] };
}

/** A span of time in a table; undefined is one that never ended. */
export function seconds(durationMs: number | undefined): string {
  return durationMs === undefined ? 'never' : `${(durationMs / 1000).toFixed(2)} s`;
}

/** A summary as a table for the terminal. */
export function renderTable({ head, columns, rows }: Summary): string {
  const table = new Table({
    head: [head, ...columns],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map(({ what, values }) => [what, ...values]));
  return table.toString();
}
