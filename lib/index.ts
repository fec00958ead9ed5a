export { type CircuitOptions } from './circuit-options';
export { ResilienceTables, type IResilienceTables, type ResilienceTableNames, type ResilienceTablesProps } from './resilience-tables';
export { ResilienceTablesGrants, type ResilienceTablesGrantsProps } from './resilience-tables-grants';
export { ResilientFunction, type ResilientFunctionProps } from './resilient-function';
