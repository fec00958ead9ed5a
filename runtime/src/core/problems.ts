import { ConfigurationError } from './errors.ts';

/**
 * What is made; where that fails, its problems are told with those that were found before, so that all are seen at once.
 *
 * @param subject What cannot work, as the error says it, for example `the timeout cannot work`.
 * @throws ConfigurationError if there is any problem.
 */
export function withProblems<T>(subject: string, problems: readonly string[], make: () => T): T {
  if (problems.length === 0) return make();
  const all = [...problems];
  try {
    make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    all.push(...error.problems);
  }
  throw new ConfigurationError(subject, all);
}
