interface ConfigurationDocument {
  readonly circuits: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The same environment variables, but every circuit is kept in the memory of its environment alone. */
export function withoutSharing(variables: Readonly<Record<string, string>>): Record<string, string> {
  const document = JSON.parse(variables['RESILIENCE_CONFIG'] ?? '{}') as ConfigurationDocument;
  const circuits = Object.entries(document.circuits).map(([name, options]) => [name, { ...options, shared: false }]);
  const unshared = { ...document, circuits: Object.fromEntries(circuits) as ConfigurationDocument['circuits'] };
  return { ...variables, RESILIENCE_CONFIG: JSON.stringify(unshared) };
}
