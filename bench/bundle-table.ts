import { cpus } from 'node:os';
import type { Bundle } from './bundle-build.ts';

/** One handler, bundled both ways. */
export interface BundleRow {
  readonly title: string;
  readonly withSdk: Bundle;
  readonly without: Bundle;
  /** Milliseconds of every time it was loaded. */
  readonly loads: number[];
  readonly loadsWithout: number[];
}

/** Everything that was measured. */
export interface BundleComparison {
  readonly rows: readonly (BundleRow & { readonly loadMs: number; readonly loadWithoutMs: number })[];
  readonly synth: { readonly bundledMs: number; readonly skippedMs: number };
}

const PACKAGES = ['resilient-lambda-runtime', 'Powertools', 'Middy', 'AWS SDK', 'other'];
const BYTES_PER_KIB = 1024;

/** The measurements as a page. */
export function renderBundlePage({ rows, synth }: BundleComparison, rounds: number): string {
  return `# What the runtime adds to a bundle

Handlers that answer at once, bundled with the settings of \`ResilientFunction\`, which are read from the constructs themselves: ESM, minified, for
Node.js 24. The AWS SDK is in the bundle unless \`bundleAwsSDK\` is false; then that of Lambda's Node.js is loaded. Measured with
\`npm run -s build && npm run -s bench:bundle -- --rounds ${rounds}\`.

Sizes are the same everywhere. **Times depend on the machine and on what else it does** (${cpus().length} processors, Node ${process.versions.node}): medians of
${rounds} processes each that load the bundle, what the handler sets up included; on Lambda a function of 512 MB has 0.3 of a
processor. Compare them with each other only.

${markdown(
  ['handler behind', 'KiB', 'gzip KiB', 'loads in', 'SDK left out: KiB', 'gzip KiB', 'loads in'],
  rows.map(({ title, withSdk, without, loadMs, loadWithoutMs }) => [
    title,
    kib(withSdk.bytes),
    kib(withSdk.gzipBytes),
    ms(loadMs),
    kib(without.bytes),
    kib(without.gzipBytes),
    ms(loadWithoutMs),
  ]),
)}

What is not imported is not in the bundle: a pattern costs only those who use it. Source maps come beside the bundle and are only read when
Node.js is told to.

## Where the bytes come from

KiB of the bundle with the SDK. With the Tracer, \`other\` is the X-Ray SDK.

${markdown(
  ['handler behind', ...PACKAGES],
  rows.map(({ title, withSdk }) => [title, ...PACKAGES.map((name) => kib(withSdk.packages.get(name) ?? 0))]),
)}

## What synthesis takes

The stack of the demo, four functions and three tables, with the process it runs in: ${ms(synth.bundledMs)} with all handlers bundled,
${ms(synth.skippedMs)} without, as for stacks that \`cdk deploy\` is not asked for. Medians of ${rounds}.
`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const kib = (bytes: number) => (bytes === 0 ? '' : String(Math.max(1, Math.round(bytes / BYTES_PER_KIB))));
const ms = (time: number) => `${Math.round(time)} ms`;
