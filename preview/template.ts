/** The part of a synthesised CloudFormation template that is read here. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
}

/** One resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** Names that resources have, by logical id; one without is known by that id. */
export type Names = Readonly<Record<string, string>>;

/** The resources of a type, by logical id. */
export function resourcesOf({ Resources = {} }: Template, type: string): [string, TemplateResource][] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

/** Where a resource is in the tree of constructs; its logical id if the template does not say. */
export function pathOf(logicalId: string, { Metadata = {} }: TemplateResource): string {
  const path = Metadata['aws:cdk:path'];
  return typeof path === 'string' ? path.replace(/^[^/]+\//, '').replace(/(?:\/(?:Resource|Default))+$/, '') : logicalId;
}

/** A value of a template with names in place of what only CloudFormation knows. */
export function resolveValue(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, names));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const text = resolveFunction(only[0], only[1], names);
    if (text !== undefined) return text;
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, resolveValue(each, names)]));
}

/** The text that an intrinsic function stands for; undefined if it is none of those known here. */
function resolveFunction(name: string, argument: unknown, names: Names): string | undefined {
  if (name === 'Ref') return nameOf(String(argument), names);
  if (name === 'Fn::GetAtt') return nameOf([argument].flat().map(String).join('.').split('.')[0] ?? '', names);
  if (name === 'Fn::ImportValue') return String(resolveValue(argument, names));
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown];
    return (resolveValue(parts, names) as unknown[]).map(String).join(separator);
  }
  if (name === 'Fn::Sub') return substitute(argument, names);
  return undefined;
}

function substitute(argument: unknown, names: Names): string {
  const [text, given] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Readonly<Record<string, unknown>>];
  return text.replace(/\$\{([^!}][^}]*)\}/g, (_all, id: string) => {
    const [logicalId = id] = id.split('.');
    return Object.hasOwn(given, id) ? String(resolveValue(given[id], names)) : nameOf(logicalId, names);
  });
}

function nameOf(logicalId: string, names: Names): string {
  return Object.hasOwn(names, logicalId) ? (names[logicalId] ?? logicalId) : logicalId;
}
