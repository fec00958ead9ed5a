import { describe, expect, it } from '@jest/globals';
import { asShown, linkedFiles, readText, shownFiles } from './pages.ts';

const PAGES: [string, readonly string[]][] = [
  ['README.md', ['examples/stack.ts', 'examples/checkout.mts', 'examples/any-call.mts', 'examples/orders.mts', 'examples/client-declared.mts', 'demo/stack/checkout-stack.ts', 'demo/checkout/handler.ts', 'docs/demo/summary.txt']],
  ['docs/patterns/circuit-breaker.md', ['examples/checkout.mts', 'examples/any-call.mts']],
  ['docs/patterns/health.md', ['examples/health.mts']],
  ['docs/monitoring.md', ['examples/monitored-stack.ts', 'examples/events-stack.ts']],
  ['docs/patterns/observability.md', ['examples/observed.mts', 'examples/telemetry.mts', 'examples/stages.mts']],
  [
    'docs/patterns/rate-limit.md',
    ['examples/limits-stack.ts', 'examples/orders.mts', 'examples/geocode.mts', 'examples/exports.mts', 'examples/mails.mts'],
  ],
  ['docs/patterns/bulkhead.md', ['examples/bulkhead-stack.ts', 'examples/bulkhead.mts', 'examples/bulkhead-reports.mts']],
  [
    'docs/patterns/load-shedding.md',
    ['examples/load-shedding-stack.ts', 'examples/load-shedding.mts', 'examples/load-shedding-batch.mts', 'examples/load-shedding-throttle.mts'],
  ],
  ['docs/patterns/timeout.md', ['examples/timeout-stack.ts', 'examples/timeout.mts', 'examples/timeout-second-best.mts', 'examples/any-timeout.mts']],
  ['docs/patterns/retry.md', ['examples/retried.mts', 'examples/any-retry.mts', 'examples/payments-stack.ts', 'examples/payments.mts']],
  ['docs/patterns/http-client.md', ['examples/client-stack.ts', 'examples/client-declared.mts', 'examples/client.mts', 'examples/any-function.mts', 'examples/endpoints.mts', 'examples/cloud-map-stack.ts', 'examples/cloud-map.mts']],
  ['docs/patterns/resilience.md', ['examples/resilient.mts']],
  ['docs/guides/getting-started.md', ['examples/getting-started-stack.ts', 'examples/getting-started.mts']],
  ['docs/guides/choosing.md', []],
  ['docs/guides/tuning.md', ['docs/guides/tuning/conservative.json']],
  ['docs/guides/troubleshooting.md', []],
  ['docs/guides/cost.md', []],
  ['docs/guides/security.md', []],
  ['docs/guides/dynamic-configuration.md', ['examples/dynamic-stack.ts', 'examples/dynamic.mts']],
  ['docs/README.md', []],
];

describe.each(PAGES)('%s', (path, files) => {
  it('shows the examples and the figures as they are', async () => {
    const shown = shownFiles(await readText(path));
    expect(shown.map((each) => each.path)).toEqual(expect.arrayContaining([...files]));
    expect(new Set(shown.map((each) => each.path)).size).toBe(shown.length);
    for (const each of shown) expect(each.block).toBe(await asShown(each.path));
  });

  it('has no code that is not an example', async () => {
    const page = await readText(path);
    const code = page.match(/^```(?:ts|js|typescript|javascript)\n/gm) ?? [];
    expect(code).toHaveLength(shownFiles(page).filter((each) => each.path.endsWith('ts')).length);
  });

  it('links to files that exist', async () => {
    const links = linkedFiles(path, await readText(path));
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) await expect(readText(link)).resolves.toBeDefined();
  });
});
