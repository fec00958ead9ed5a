import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { CaseResult, Finding } from './proof.ts';
import { PROOFS, type Claims } from './proofs.ts';
import type { PolicyName } from './scenario-rules.ts';

/** Results of the whole command, and how to get them again. */
export interface Proof {
  readonly command: string;
  readonly node: string;
  readonly cases: readonly CaseResult[];
}

const HEAD = ['scenario', 'must hold', 'median', 'worst', 'seeds that hold', 'result'];

/** The results for a terminal. */
export function renderProof({ cases }: Proof): string {
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  table.push(...cases.flatMap(rows));
  return `${table.toString()}\n${summary(cases)}`;
}

/** Writes the results of a policy for a reader and for a program. */
export async function writeProof(folder: string, policy: PolicyName, proof: Proof): Promise<void> {
  await mkdir(folder, { recursive: true });
  const claims = PROOFS[policy];
  const picture = claims.picture?.render(proof.cases);
  const image = picture === undefined ? '' : `![${claims.picture?.title ?? ''}](${policy}.svg)\n\n`;
  if (picture !== undefined) await writeFile(join(folder, `${policy}.svg`), `${picture}\n`);
  await writeFile(join(folder, `${policy}.md`), renderPage(proof, claims, image));
  await writeFile(join(folder, `${policy}.json`), `${JSON.stringify(proof, null, 2)}\n`);
}

function renderPage({ command, node, cases }: Proof, { title, setting, verdict }: Claims, image: string): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...cases.flatMap(rows)].map((cells) => `| ${cells.join(' | ')} |`);
  return `# ${title}

${summary(cases)}

${setting}

Run with \`${command}\` on Node.js ${node}; the same command gives the same numbers. Seeds count from 1.

${verdict}

${image}${lines.join('\n')}
${failures(cases)}`;
}

function rows({ name, title, seeds, findings, passes }: CaseResult): string[][] {
  return findings.map((finding, index) => [
    index === 0 ? `${name}: ${title}` : '',
    finding.required === '' ? `(${finding.figure})` : `${finding.figure}: ${finding.required}`,
    text(finding.median, finding.unit),
    text(finding.worst, finding.unit) + (finding.worstHolds === false ? ' (does not hold)' : ''),
    finding.medianHolds === undefined ? '' : share(finding, seeds),
    result(finding, index === 0 ? passes : undefined),
  ]);
}

/** The verdict of a requirement; that of the whole case stands in its first row. */
function result({ medianHolds }: Finding, passes: boolean | undefined): string {
  if (passes !== undefined) return passes ? 'PASS' : 'FAIL';
  return medianHolds === false ? 'FAIL' : '';
}

function summary(cases: readonly CaseResult[]): string {
  const requirements = cases.flatMap(({ findings }) => findings).filter(({ medianHolds }) => medianHolds !== undefined);
  const inMedian = requirements.filter(({ medianHolds }) => medianHolds).length;
  const always = requirements.filter(({ failingSeeds }) => failingSeeds.length === 0).length;
  const passing = cases.filter(({ passes }) => passes).length;
  return (
    `${passing} of ${cases.length} cases pass: ${inMedian} of ${requirements.length} requirements hold in the median, ` +
    `${always} of them for every seed.`
  );
}

/** Seeds to look at with the simulator. */
function failures(cases: readonly CaseResult[]): string {
  const lines = cases.flatMap(({ name, findings }) =>
    findings.flatMap(({ figure, failingSeeds }) => {
      if (failingSeeds.length === 0) return [];
      const more = failingSeeds.length > 10 ? ', ...' : '';
      return [`- ${name}, ${figure}: ${failingSeeds.slice(0, 10).join(', ')}${more}`];
    }),
  );
  return lines.length === 0 ? '' : `\nSeeds for which a requirement does not hold:\n\n${lines.join('\n')}\n`;
}

function share({ failingSeeds }: Finding, seeds: number): string {
  const holding = seeds - failingSeeds.length;
  return `${text((100 * holding) / seeds, ' %', 1)} (${holding} of ${seeds})`;
}

function text(value: number | null, unit: string, maximumFractionDigits = 2): string {
  return value === null ? 'never' : `${value.toLocaleString('en-US', { maximumFractionDigits })}${unit}`;
}
