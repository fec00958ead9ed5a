import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** One line of what Prometheus reads. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an endpoint for Prometheus says. */
export interface Scraped {
  readonly samples: readonly Sample[];
  /** The kind of every metric, by its name. */
  readonly kinds: Readonly<Record<string, string>>;
}

/** A metrics SDK with the real exporter. */
export interface Prometheus {
  readonly provider: MeterProvider;
  /** Reads the exporter's endpoint over HTTP, as Prometheus does. */
  scrape(): Promise<Scraped>;
  shutdown(): Promise<void>;
}

/** Sets up a metrics SDK whose values can be scraped. */
export function prometheus(): Prometheus {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  return { provider, scrape: async () => parse(await textOf(exporter)), shutdown: () => provider.shutdown() };
}

/** The value of one series, or of the first that has these labels among others. */
export function valueOf({ samples }: Scraped, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find((sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value))?.value;
}

async function textOf(exporter: PrometheusExporter): Promise<string> {
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } })).text();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Reads the text format; labels that OpenTelemetry adds to every series, and the metric about the process, are left out. */
function parse(text: string): Scraped {
  const lines = text.split('\n').filter((line) => line !== '');
  const samples = lines.filter((line) => !line.startsWith('#')).map(sampleOf);
  const kinds = lines.flatMap((line) => {
    const [, name, kind] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    return name === undefined || kind === undefined || name === 'target_info' ? [] : [[name, kind] as const];
  });
  return { samples: samples.filter(({ name }) => name !== 'target_info'), kinds: Object.fromEntries(kinds) };
}

function sampleOf(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text] as const);
  const own = pairs.filter(([label]) => !label.startsWith('otel_scope_'));
  return { name, labels: Object.fromEntries(own), value: value === '+Inf' ? Infinity : Number(value) };
}
