import { Token } from 'aws-cdk-lib';
import type { CircuitOptions } from '../circuit-options';
import { circuitProblems } from './circuit-problems';
import { CONTRACT } from './contract';
import { isDuration } from './option-problem';
import { CIRCUIT_RULES, documentKey } from './option-rules';

/** Options as the configuration document holds them: only what was declared, durations in milliseconds. */
export type DocumentOptions = Readonly<Record<string, unknown>>;

/** The document that the runtime reads from its environment. */
export interface ConfigurationDocument {
  readonly version: number;
  readonly circuits: Readonly<Record<string, DocumentOptions>>;
}

/**
 * Largest configuration in bytes. All environment variables of a function share Lambda's limit of 4 KB, and the
 * function needs some of it for its own.
 */
const MAXIMUM_BYTES = 3072;

/** The circuits that one function declares. */
export class CircuitRegistry {
  private readonly circuits = new Map<string, DocumentOptions>();
  private readonly owner: string;

  /** @param owner path of the construct that declares the circuits, for messages */
  constructor(owner: string) {
    this.owner = owner;
  }

  /** Whether no circuit is declared. */
  get isEmpty(): boolean {
    return this.circuits.size === 0;
  }

  /** Whether any circuit keeps its state in the table. Tokens count as yes: their value is not known. */
  get needsTable(): boolean {
    return [...this.circuits.values()].some(({ enabled, shared }) => enabled !== false && shared !== false);
  }

  /** The document as it stands; its values may be tokens. */
  get document(): ConfigurationDocument {
    return { version: CONTRACT.version, circuits: Object.fromEntries(this.circuits) };
  }

  /** A sentence if the document is too large as far as can be told while it holds tokens; undefined otherwise. */
  get sizeDoubt(): string | undefined {
    return this.holdsTokens ? this.sizeProblem : undefined;
  }

  /**
   * Declares circuits.
   *
   * @throws one error with every problem, if anything about them cannot be used
   */
  declare(circuits: Readonly<Record<string, CircuitOptions>>): void {
    const problems = circuitProblems(circuits, [...this.circuits.keys()]);
    if (problems.length > 0) throw this.error(problems);
    for (const [name, options] of Object.entries(circuits)) this.circuits.set(name, documentOptions(options));
    if (this.sizeProblem !== undefined && !this.holdsTokens) throw this.error([this.sizeProblem]);
  }

  private get holdsTokens(): boolean {
    return [...this.circuits.values()].some((options) => Object.values(options).some((value) => Token.isUnresolved(value)));
  }

  private get sizeProblem(): string | undefined {
    const bytes = Buffer.byteLength(JSON.stringify(this.document));
    if (bytes <= MAXIMUM_BYTES) return undefined;
    return (
      `circuits make a configuration of ${bytes} bytes: keep it to ${MAXIMUM_BYTES}, because all environment variables ` +
      'share 4 KB; leave out options that equal their defaults, shorten names or declare fewer circuits'
    );
  }

  private error(problems: readonly string[]): Error {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    return new Error(`the circuits of ${this.owner} have ${count}:${problems.map((problem) => `\n- ${problem}`).join('')}`);
  }
}

function documentOptions(options: CircuitOptions): DocumentOptions {
  const values = new Map<string, unknown>(Object.entries(options));
  // In the contract's order, so that the order in which options are written never changes the template.
  const entries = [...CIRCUIT_RULES].flatMap(([name, rule]) => {
    const value = values.get(name);
    if (value === undefined) return [];
    return [[documentKey(name, rule), isDuration(value) ? value.toMilliseconds() : value]];
  });
  return Object.fromEntries(entries) as DocumentOptions;
}
