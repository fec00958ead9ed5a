import { CONTRACT } from '../contract/contract.ts';

const BASE_ADDRESS = new RegExp(CONTRACT.configuration.baseUrl.pattern);

/**
 * What is wrong with a base address, wherever it is given, in words that follow its name; undefined if nothing is. The address is
 * not shown: it may hold a password.
 */
export function addressProblem(address: unknown): string | undefined {
  const wanted = 'set an http or https address without credentials, query and fragment';
  if (typeof address !== 'string' || !URL.canParse(address)) return `is no address: ${wanted}`;
  return BASE_ADDRESS.test(address) ? undefined : `has parts that a base address cannot have: ${wanted}`;
}

/** The problem of a base address as a list: empty if it has none. */
export function addressProblems(path: string, address: unknown): string[] {
  const problem = addressProblem(address);
  return problem === undefined ? [] : [`${path} ${problem}`];
}
