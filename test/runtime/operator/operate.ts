import { runOperator } from '../../../runtime/src/operator/run.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';

/** The instant of every command. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** How a line of a report of changes begins. */
export const NOW_TEXT = '2026-01-02 03:04:05 UTC';

/** What a command printed, asked, and ended with. */
export interface Operated {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly questions: readonly string[];
}

/** Where the tables are named. */
export const TABLES = { RESILIENCE_CIRCUIT_TABLE: 'circuits', RESILIENCE_RATE_LIMIT_TABLE: 'limits' };

const random = new SeededRandom(3);

/**
 * Runs a command.
 *
 * @param line The command line or, where a word holds a space, its words.
 * @param answer What the operator answers; undefined where there is nobody to ask.
 */
export async function operate(line: string | readonly string[], answer?: boolean, environment: Record<string, string> = TABLES): Promise<Operated> {
  let [out, err] = ['', ''];
  const questions: string[] = [];
  const confirm = async (question: string) => {
    questions.push(question);
    return answer === true;
  };
  const args = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
  const code = await runOperator(args, {
    write: (text) => void (out += text),
    writeError: (text) => void (err += text),
    confirm: answer === undefined ? undefined : confirm,
    environment,
    clock: new ManualClock(NOW_MS),
    random,
  });
  return { code, out, err, questions };
}
