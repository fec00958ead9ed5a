export { ManualClock } from './manual-clock.ts';
export { RecordingSink } from './recording-sink.ts';
export { SeededRandom } from './seeded-random.ts';
export { MemoryBulkheadStore } from '../bulkhead/memory-store.ts';
export { MemoryCircuitStore } from '../circuit-breaker/memory-store.ts';
