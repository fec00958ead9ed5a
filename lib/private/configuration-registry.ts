import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { DECLARATION_KINDS, type DeclarationKind } from './declaration-kinds';
import { declarationProblems } from './declaration-problems';
import type { DocumentOptions } from './document-options';

/** The document that the runtime reads from its environment; a section without entries is left out. */
export interface ConfigurationDocument {
  readonly version: number;
  readonly circuits?: Readonly<Record<string, DocumentOptions>>;
  readonly limits?: Readonly<Record<string, DocumentOptions>>;
}

/** What is newly declared, by the property that declares it; from a caller who may not have a compiler. */
export type Declarations = Readonly<Partial<Record<DeclarationKind['property'], unknown>>>;

/**
 * Largest configuration in bytes. All environment variables of a function share Lambda's limit of 4 KB, and the
 * function needs some of it for its own.
 */
const MAXIMUM_BYTES = 3072;

type Declared = ReadonlyMap<DeclarationKind, ReadonlyMap<string, DocumentOptions>>;

/** The circuits and rate limits that one function declares: one document. */
export class ConfigurationRegistry {
  private readonly owner: string;
  private declared: Declared = new Map(DECLARATION_KINDS.map((kind) => [kind, new Map()]));

  /** @param owner path of the construct that declares them, for messages */
  constructor(owner: string) {
    this.owner = owner;
  }

  /** Whether nothing is declared. */
  get isEmpty(): boolean {
    return [...this.declared.values()].every(({ size }) => size === 0);
  }

  /** The document as it stands; its values may be tokens. */
  get document(): ConfigurationDocument {
    return documentOf(this.declared);
  }

  /** A sentence if the document is too large as far as can be told while it holds tokens; undefined otherwise. */
  get sizeDoubt(): string | undefined {
    return holdsTokens(this.document) ? sizeProblem(this.document) : undefined;
  }

  /** Whether any of a kind keeps its state in a table. Tokens count as yes: their value is not known. */
  needsTable(kind: DeclarationKind): boolean {
    const declared = this.declared.get(kind) ?? new Map<string, DocumentOptions>();
    return [...declared.values()].some(({ enabled, shared }) => enabled !== false && shared !== false);
  }

  /**
   * Declares circuits and rate limits: all of them, or none if anything about them cannot be used.
   *
   * @throws one error with every problem
   */
  declare(declarations: Declarations): void {
    const problems = [...this.declared].flatMap(([kind, existing]) => {
      const added = declarations[kind.property];
      return added === undefined ? [] : declarationProblems(kind, added, [...existing.keys()]);
    });
    if (problems.length > 0) throw this.error(problems);
    const declared = new Map([...this.declared].map(([kind, existing]) => [kind, extended(kind, existing, declarations[kind.property])]));
    const document = documentOf(declared);
    const tooLarge = sizeProblem(document);
    if (tooLarge !== undefined && !holdsTokens(document)) throw this.error([tooLarge]);
    this.declared = declared;
  }

  private error(problems: readonly string[]): Error {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    return new Error(`the configuration of ${this.owner} has ${count}:${problems.map((problem) => `\n- ${problem}`).join('')}`);
  }
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
  const sections = [...declared].filter(([, { size }]) => size > 0);
  return { version: CONTRACT.version, ...Object.fromEntries(sections.map(([{ section }, entries]) => [section, Object.fromEntries(entries)])) };
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
