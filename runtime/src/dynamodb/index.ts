export { sharedKey, type KeyParts } from './key.ts';
export { scanTable, type ScannedItems, type TableScan } from './table-scan.ts';
export { StateClient, STATE_CLIENT_LIMITS, type Item, type StateClientDependencies, type StateClientLimits, type StateRequest, type WriteAnswer } from './state-client.ts';
