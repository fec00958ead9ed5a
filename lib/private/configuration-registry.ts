import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { DECLARATION_KINDS, type DeclarationKind } from './declaration-kinds';
import { declarationProblems } from './declaration-problems';
import { documentOptions, type DocumentOptions } from './document-options';
import { isRecord, isTokenObject, optionsProblems, show } from './option-problem';
import { OBSERVABILITY_RULES } from './option-rules';

/** The document that the runtime reads from its environment; a section that holds nothing is left out. */
export interface ConfigurationDocument {
  readonly version: number;
  readonly circuits?: Readonly<Record<string, DocumentOptions>>;
  readonly limits?: Readonly<Record<string, DocumentOptions>>;
  readonly observability?: DocumentOptions;
}

/** What is newly declared, by the property that declares it; from a caller who may not have a compiler. */
export type Declarations = Readonly<Partial<Record<DeclarationKind['property'] | 'observability', unknown>>>;

/**
 * Largest configuration in bytes. All environment variables of a function share Lambda's limit of 4 KB, and the
 * function needs some of it for its own.
 */
const MAXIMUM_BYTES = 3072;

/** What is declared, as the document holds it. */
interface Declared {
  readonly kinds: ReadonlyMap<DeclarationKind, ReadonlyMap<string, DocumentOptions>>;
  readonly observability: DocumentOptions;
}

/** The circuits, rate limits and observability that are declared for one function: one document. */
export class ConfigurationRegistry {
  private readonly owner: string;
  private declared: Declared = { kinds: new Map(DECLARATION_KINDS.map((kind) => [kind, new Map()])), observability: {} };

  /** @param owner path of the construct that declares them, for messages */
  constructor(owner: string) {
    this.owner = owner;
  }

  /** Whether nothing is declared. */
  get isEmpty(): boolean {
    return Object.keys(sectionsOf(this.declared)).length === 0;
  }

  /** The document as it stands; its values may be tokens. */
  get document(): ConfigurationDocument {
    return documentOf(this.declared);
  }

  /** A sentence if the document is too large as far as can be told while it holds tokens; undefined otherwise. */
  get sizeDoubt(): string | undefined {
    return holdsTokens(this.document) ? sizeProblem(this.document) : undefined;
  }

  /** Names of all that is declared of a kind. */
  namesOf(kind: DeclarationKind): string[] {
    return [...this.entriesOf(kind).keys()];
  }

  /** Whether any of a kind keeps its state in a table. Tokens count as yes: their value is not known. */
  needsTable(kind: DeclarationKind): boolean {
    return [...this.entriesOf(kind).values()].some(({ enabled, shared }) => enabled !== false && shared !== false);
  }

  /**
   * Declares circuits, rate limits and observability: all of it, or nothing if anything about it cannot be used.
   *
   * @throws one error with every problem
   */
  declare(declarations: Declarations): void {
    const problems = problemsOf(this.declared, declarations);
    if (problems.length > 0) throw this.error(problems);
    const declared = extendedBy(this.declared, declarations);
    const document = documentOf(declared);
    const tooLarge = sizeProblem(document);
    if (tooLarge !== undefined && !holdsTokens(document)) throw this.error([tooLarge]);
    this.declared = declared;
  }

  private entriesOf(kind: DeclarationKind): ReadonlyMap<string, DocumentOptions> {
    return this.declared.kinds.get(kind) ?? new Map();
  }

  private error(problems: readonly string[]): Error {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    return new Error(`the configuration of ${this.owner} has ${count}:${problems.map((problem) => `\n- ${problem}`).join('')}`);
  }
}

function problemsOf({ kinds }: Declared, declarations: Declarations): string[] {
  const ofKinds = [...kinds].flatMap(([kind, existing]) => {
    const added = declarations[kind.property];
    return added === undefined ? [] : declarationProblems(kind, added, [...existing.keys()]);
  });
  return [...ofKinds, ...observabilityProblems(declarations.observability)];
}

function observabilityProblems(options: unknown): string[] {
  if (options === undefined) return [];
  if (isRecord(options) && !isTokenObject(options)) return optionsProblems(OBSERVABILITY_RULES, 'observability', options);
  return [`observability is ${isTokenObject(options) ? 'a token' : show(options)}: set an object of options, or leave it out for the defaults`];
}

function extendedBy({ kinds, observability }: Declared, declarations: Declarations): Declared {
  return {
    kinds: new Map([...kinds].map(([kind, existing]) => [kind, extended(kind, existing, declarations[kind.property])])),
    observability: { ...observability, ...documentOptions(OBSERVABILITY_RULES, declarations.observability ?? {}) },
  };
}

function extended(
  kind: DeclarationKind,
  existing: ReadonlyMap<string, DocumentOptions>,
  added: unknown = {},
): ReadonlyMap<string, DocumentOptions> {
  const entries = Object.entries(added as Readonly<Record<string, object>>);
  return new Map([...existing, ...entries.map(([name, options]) => [name, kind.document(options)] as const)]);
}

function documentOf(declared: Declared): ConfigurationDocument {
  return { version: CONTRACT.version, ...sectionsOf(declared) };
}

/** The sections that hold anything. */
function sectionsOf({ kinds, observability }: Declared): Omit<ConfigurationDocument, 'version'> {
  const sections = [...kinds].map(([{ section }, entries]) => [section, Object.fromEntries(entries)] as const);
  const filled = [...sections, ['observability', observability] as const].filter(([, section]) => Object.keys(section).length > 0);
  return Object.fromEntries(filled);
}

function sizeProblem(document: ConfigurationDocument): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes <= MAXIMUM_BYTES) return undefined;
  return (
    `the configuration takes ${bytes} bytes: keep it to ${MAXIMUM_BYTES}, because all environment variables share 4 KB; ` +
    'leave out options that equal their defaults, shorten names, or declare fewer circuits and rate limits'
  );
}

/** Looks into lists and objects, which are no tokens themselves when a member is one. */
function holdsTokens(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTokens);
}
