export { createPowertoolsSink, type MetricsLike, type PowertoolsSinkOptions, type SingleMetric } from './powertools-sink.ts';
