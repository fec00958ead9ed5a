import type { FleetFigures } from './figures.ts';
import { finite, medianOf } from './median.ts';
import type { Bound, ProofCase, Requirement } from './proof-cases.ts';
import { resolveScenario, type Scenario } from './scenario.ts';

/** One requirement, held against every seed. Null stands for an event that never came. */
export interface Finding {
  readonly figure: string;
  /** What is required, in words; empty where the figure is only shown. */
  readonly required: string;
  readonly unit: string;
  readonly median: number | null;
  readonly worst: number | null;
  /** Whether the requirement holds for them; undefined where nothing is required. */
  readonly medianHolds: boolean | undefined;
  readonly worstHolds: boolean | undefined;
  /** Seeds for which it does not hold. */
  readonly failingSeeds: readonly number[];
}

/** What was found in one case. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  /** How many seeds were run, from 1 upwards. */
  readonly seeds: number;
  readonly findings: readonly Finding[];
  /** Whether every requirement holds in the median, or for every seed where that is asked. */
  readonly passes: boolean;
}

/** Holds the runs of one case against its requirements. */
export function judge<Found extends FleetFigures>(
  { name, title, requirements }: ProofCase<Found>,
  scenario: Scenario,
  runs: readonly Found[],
): CaseResult {
  const resolved = resolveScenario(scenario);
  const findings = requirements.map((requirement) => {
    const values = runs.map((run) => ({ seed: run.seed, value: requirement.measure(run, resolved) ?? Infinity }));
    return find(requirement, values);
  });
  const passes = findings.every(({ medianHolds, worstHolds }, index) => medianHolds !== false && !(requirements[index]?.everySeed && worstHolds === false));
  return { name, title, seeds: runs.length, findings, passes };
}

/** Whether a figure is what is required. */
export function holds(bound: NonNullable<Bound>, value: number): boolean {
  if ('atMost' in bound) return value <= bound.atMost;
  if ('atLeast' in bound) return value >= bound.atLeast && value < Infinity;
  return value === bound.exactly;
}

function find(requirement: Requirement<never>, values: readonly { readonly seed: number; readonly value: number }[]): Finding {
  const { figure, unit, bound } = requirement;
  const median = medianOf(values.map(({ value }) => value));
  const worst = worstOf(bound, values.map(({ value }) => value));
  return {
    figure,
    required: required(requirement),
    unit,
    median: finite(median),
    worst: finite(worst),
    medianHolds: bound && holds(bound, median),
    worstHolds: bound && holds(bound, worst),
    failingSeeds: values.filter(({ value }) => bound !== undefined && !holds(bound, value)).map(({ seed }) => seed),
  };
}

function required({ bound, unit, medianOnly, everySeed = false }: Requirement<never>): string {
  if (bound === undefined) return '';
  const [[how, value] = ['', 0]] = Object.entries(bound);
  const words = { atMost: 'at most', atLeast: 'at least', exactly: 'exactly' }[how] ?? how;
  return `${words} ${value.toLocaleString('en-US')}${unit}${medianOnly ? ' (median)' : ''}${everySeed ? ' (every seed)' : ''}`;
}

/** The value furthest on the wrong side. */
function worstOf(bound: Bound, values: readonly number[]): number {
  if (bound !== undefined && 'atLeast' in bound) return values.includes(Infinity) ? Infinity : Math.min(...values);
  if (bound === undefined || 'atMost' in bound) return Math.max(...values);
  return values.reduce((worst, value) => (Math.abs(value - bound.exactly) > Math.abs(worst - bound.exactly) ? value : worst), bound.exactly);
}
