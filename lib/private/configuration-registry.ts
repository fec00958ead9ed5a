import { Token } from 'aws-cdk-lib';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { DynamicConfigOptions } from '../dynamic-config-options';
import { CONTRACT } from './contract';
import { BULKHEADS, CIRCUITS, DECLARATION_KINDS, DEPENDENCIES, type DeclarationKind } from './declaration-kinds';
import { declarationProblems } from './declaration-problems';
import { isTriedAgain, policiesOf, servicesOf } from './dependency-document';
import { documentOptions, type DocumentOptions } from './document-options';
import { dynamicConfigProblems } from './dynamic-config-problems';
import { isRecord, objectProblems, optionsProblems } from './option-problem';
import { OBSERVABILITY_RULES } from './option-rules';
import { RETRY, SINGLE_KINDS, singleProblems, type SingleKind } from './single-kinds';

/** The document that the runtime reads from its environment; a section that holds nothing is left out. */
export interface ConfigurationDocument {
  readonly version: number;
  readonly circuits?: Readonly<Record<string, DocumentOptions>>;
  readonly limits?: Readonly<Record<string, DocumentOptions>>;
  readonly bulkheads?: Readonly<Record<string, DocumentOptions>>;
  readonly dependencies?: Readonly<Record<string, DocumentOptions>>;
  readonly timeout?: DocumentOptions;
  readonly retry?: DocumentOptions;
  readonly loadShedding?: DocumentOptions;
  readonly observability?: DocumentOptions;
}

/** What is newly declared, by the property that declares it; from a caller who may not have a compiler. */
export type Declarations = Readonly<Partial<Record<DeclarationKind['property'] | SingleKind['property'] | 'observability' | 'dynamicConfig', unknown>>>;

/**
 * Largest configuration in bytes. All environment variables of a function share Lambda's limit of 4 KB, and the
 * function needs some of it for its own.
 */
const MAXIMUM_BYTES = 3072;

/** Largest configuration that is kept in AppConfig, in bytes: AppConfig takes more, but a template holds 1 MB. */
const MAXIMUM_HOSTED_BYTES = 1_000_000;

/** What the runtime calls the retries of the handler's work. */
const OWN_RETRY = 'retry';

/** What is declared, as the document holds it. */
interface Declared {
  readonly kinds: ReadonlyMap<DeclarationKind, ReadonlyMap<string, DocumentOptions>>;
  /** Without those that are not declared: with no options at all, a thing is there. */
  readonly singles: ReadonlyMap<SingleKind, DocumentOptions>;
  readonly observability: DocumentOptions;
  /** The services in AWS Cloud Map, of which the document has the names only. */
  readonly services: ReadonlyMap<string, servicediscovery.IService>;
  readonly dynamicConfig: DynamicConfigOptions | undefined;
}

/** All that is declared for one function: one document. */
export class ConfigurationRegistry {
  private readonly owner: string;
  private declared: Declared = {
    kinds: new Map(DECLARATION_KINDS.map((kind) => [kind, new Map()])),
    singles: new Map(),
    observability: {},
    services: new Map(),
    dynamicConfig: undefined,
  };

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
    return holdsTokens(this.document) ? sizeProblem(this.declared) : undefined;
  }

  /** Whether the environment takes the document, as far as can be told while it holds tokens. */
  get fitsEnvironment(): boolean {
    return bytesOf(this.document) <= MAXIMUM_BYTES;
  }

  /** How the configuration is kept in AppConfig; undefined if it is not. */
  get dynamicConfig(): DynamicConfigOptions | undefined {
    return this.declared.dynamicConfig;
  }

  /** The services in AWS Cloud Map in which dependencies are found, by the name of the dependency. */
  get services(): ReadonlyMap<string, servicediscovery.IService> {
    return this.declared.services;
  }

  /** Names under which calls that are tried again report: the handler's own work, and dependencies. Tokens count as yes. */
  get retryNames(): string[] {
    const dependencies = [...this.entriesOf(DEPENDENCIES)].filter(([, options]) => isTriedAgain(options)).map(([name]) => name);
    return [...new Set([...(this.isOn(RETRY) ? [OWN_RETRY] : []), ...dependencies])];
  }

  /** Whether a thing is declared and not switched off. Tokens count as yes: their value is not known. */
  isOn(kind: SingleKind): boolean {
    const options = this.declared.singles.get(kind);
    return options !== undefined && options['enabled'] !== false;
  }

  /** Names of all that is declared of a kind and that the runtime has a part in. */
  namesOf(kind: DeclarationKind): string[] {
    return forRuntime(kind, this.entriesOf(kind)).map(([name]) => name);
  }

  /** All that is declared of a kind and that is left to the platform. */
  leftToPlatform(kind: DeclarationKind): [name: string, options: DocumentOptions][] {
    return [...this.entriesOf(kind)].filter(([, options]) => !kind.isForRuntime(options));
  }

  /** Whether any of a kind keeps its state in a table. Tokens count as yes: their value is not known. */
  needsTable(kind: DeclarationKind): boolean {
    return forRuntime(kind, this.entriesOf(kind)).some(([, { enabled, shared }]) => enabled !== false && shared !== false);
  }

  /**
   * Declares more: all of it, or nothing if anything about it cannot be used.
   *
   * @param apply what has to succeed as well, and finds it declared
   * @throws one error with every problem, or what `apply` throws
   */
  declare(declarations: Declarations, apply: () => void = () => {}): void {
    const problems = problemsOf(this.declared, declarations);
    if (problems.length > 0) throw this.error(problems);
    const declared = extendedBy(this.declared, declarations);
    const tooLarge = sizeProblem(declared);
    if (tooLarge !== undefined && !holdsTokens(documentOf(declared))) throw this.error([tooLarge]);
    const before = this.declared;
    this.declared = declared;
    try {
      apply();
    } catch (error) {
      this.declared = before;
      throw error;
    }
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
    const { [kind.property]: added = {} } = declarations;
    return declarationProblems(kind, added, [...existing.keys()], Object.keys(impliedBy(kind, existing, declarations)));
  });
  return [
    ...ofKinds,
    ...SINGLE_KINDS.flatMap((kind) => singleProblems(kind, declarations[kind.property])),
    ...observabilityProblems(declarations.observability),
    ...dynamicConfigProblems(declarations.dynamicConfig),
  ];
}

function observabilityProblems(declared: unknown): string[] {
  const check = (path: string, options: Readonly<Record<string, unknown>>) => optionsProblems(OBSERVABILITY_RULES, path, options);
  return objectProblems('observability', declared, check, 'set an object of options, or leave it out for the defaults');
}

/** What newly declared dependencies bring along of a kind. One that Lambda keeps is not there for them. */
function impliedBy(kind: DeclarationKind, existing: ReadonlyMap<string, DocumentOptions>, declarations: Declarations): Record<string, object> {
  if (kind !== CIRCUITS && kind !== BULKHEADS) return {};
  const added = declarations[kind.property];
  const there = new Map<string, unknown>([...existing, ...(isRecord(added) ? Object.entries(added) : [])]);
  const isThere = (name: string) => {
    const options = there.get(name);
    // What is no object is a problem of its own.
    return there.has(name) && (!isRecord(options) || kind.isForRuntime(options));
  };
  return policiesOf(kind === CIRCUITS ? 'circuit' : 'bulkhead', declarations.dependencies, isThere);
}

function extendedBy({ kinds, singles, observability, services, dynamicConfig }: Declared, declarations: Declarations): Declared {
  const added = (kind: DeclarationKind, existing: ReadonlyMap<string, DocumentOptions>) => ({
    ...(declarations[kind.property] as Readonly<Record<string, object>> | undefined),
    ...impliedBy(kind, existing, declarations),
  });
  const newSingles = SINGLE_KINDS.flatMap((kind) => {
    const options = declarations[kind.property];
    return options === undefined ? [] : [[kind, kind.document(options as object)] as const];
  });
  return {
    kinds: new Map([...kinds].map(([kind, existing]) => [kind, extended(kind, existing, added(kind, existing))])),
    singles: new Map([...singles, ...newSingles]),
    observability: { ...observability, ...documentOptions(OBSERVABILITY_RULES, declarations.observability ?? {}) },
    services: new Map([...services, ...servicesOf(declarations.dependencies)]),
    // Checked by now.
    dynamicConfig: (declarations.dynamicConfig as DynamicConfigOptions | undefined) ?? dynamicConfig,
  };
}

function extended(
  kind: DeclarationKind,
  existing: ReadonlyMap<string, DocumentOptions>,
  added: Readonly<Record<string, object>>,
): ReadonlyMap<string, DocumentOptions> {
  return new Map([...existing, ...Object.entries(added).map(([name, options]) => [name, kind.document(options, name)] as const)]);
}

function documentOf(declared: Declared): ConfigurationDocument {
  return { version: CONTRACT.version, ...sectionsOf(declared) };
}

/** The sections that hold anything; those of single things, if there is such a thing. */
function sectionsOf({ kinds, singles, observability }: Declared): Omit<ConfigurationDocument, 'version'> {
  const named = [...kinds].map(([kind, entries]) => [kind.section, filled(Object.fromEntries(forRuntime(kind, entries)))] as const);
  const single = SINGLE_KINDS.map((kind) => [kind.section, singles.get(kind)] as const);
  const sections = [...named, ...single, ['observability', filled(observability)] as const];
  return Object.fromEntries(sections.filter(([, section]) => section !== undefined));
}

function filled<T extends object>(section: T): T | undefined {
  return Object.keys(section).length > 0 ? section : undefined;
}

function forRuntime(kind: DeclarationKind, entries: ReadonlyMap<string, DocumentOptions>): [name: string, options: DocumentOptions][] {
  return [...entries].filter(([, options]) => kind.isForRuntime(options));
}

function sizeProblem(declared: Declared): string | undefined {
  const bytes = bytesOf(documentOf(declared));
  const remedy = 'leave out options that equal their defaults, shorten names, or declare fewer circuits, rate limits, bulkheads and dependencies';
  if (declared.dynamicConfig !== undefined) {
    if (bytes <= MAXIMUM_HOSTED_BYTES) return undefined;
    return `the configuration takes ${bytes} bytes: keep it to ${MAXIMUM_HOSTED_BYTES}, because no template holds more; ${remedy}`;
  }
  if (bytes <= MAXIMUM_BYTES) return undefined;
  return (
    `the configuration takes ${bytes} bytes: keep it to ${MAXIMUM_BYTES}, because all environment variables share 4 KB; ` +
    `${remedy}, or set dynamicConfig, so that AWS AppConfig holds it`
  );
}

function bytesOf(document: ConfigurationDocument): number {
  return Buffer.byteLength(JSON.stringify(document));
}

/** Looks into lists and objects, which are no tokens themselves when a member is one. */
function holdsTokens(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTokens);
}
