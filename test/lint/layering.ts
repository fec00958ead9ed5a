/** One import that may or may not be written: the file it stands in, the statement and, if it is refused, by which rule. */
export interface ImportCase {
  readonly file: string;
  readonly statement: string;
  readonly rule?: string;
}

const row = (rule: string | undefined, file: string, statement: string): ImportCase =>
  rule === undefined ? { file, statement } : { file, statement, rule };

const refused = (rule: string, file: string, ...statements: string[]) => statements.map((text) => row(rule, file, text));
const allowed = (file: string, ...statements: string[]) => statements.map((text) => row(undefined, file, text));

const SRC = 'runtime/src';

/** Imports that break the layering. Written so that together they form no cycle. */
export const REFUSED: readonly ImportCase[] = [
  ...refused('core', `${SRC}/core/gate.ts`, "import '../config/configuration.ts';", "import 'node:crypto';", "import 'fs';", "import type {} from '@middy/core';"),
  ...refused('core', `${SRC}/core/system-clock.ts`, "import 'node:perf_hooks';"),
  ...refused('contract', `${SRC}/contract/schema.ts`, "import '../core/clock.ts';", "import 'node:path';"),
  ...refused('config', `${SRC}/config/configuration.ts`, "import '../retry/options.ts';", "import 'node:process';"),
  ...refused('dynamodb', `${SRC}/dynamodb/state-client.ts`, "import '../config/values.ts';", "import '../retry/options.ts';", "import '@middy/core';"),
  ...refused('middy', `${SRC}/middy/ledger.ts`, "import '../retry/options.ts';", "import type {} from '@aws-sdk/client-dynamodb';"),
  ...refused('testing', `${SRC}/testing/faults.ts`, "import '../retry/policy.ts';", "import '../dynamodb/client.ts';"),
  ...refused('http-client', `${SRC}/http-client/client.ts`, "import '../retry/policy.ts';", "import '@aws-sdk/client-dynamodb';"),
  ...refused(
    'operator',
    `${SRC}/operator/run.ts`,
    "import '@aws-sdk/lib-dynamodb';",
    "import '@middy/core';",
    "import '../circuit-breaker/policy.ts';",
    "import '../circuit-breaker/dynamodb-expressions.ts';",
    "import '../middy/adapter.ts';",
    "import '../testing/index.ts';",
  ),
  ...refused(
    'dynamic',
    `${SRC}/dynamic/policies.ts`,
    "import '@aws-sdk/client-appconfigdata';",
    "import '../retry/policy.ts';",
    "import '../dynamodb/client.ts';",
    "import '../operator/text.ts';",
    "import 'node:timers';",
  ),
  ...refused('aws-client', `${SRC}/http-client/cloud-map-client.ts`, "import '../config/values.ts';", "import '../retry/index.ts';"),
  ...refused('aws-client', `${SRC}/dynamic/appconfig-source.ts`, "import '../resilience/create.ts';", "import '../config/values.ts';", "import '@middy/core';"),
  ...refused('resilience', `${SRC}/resilience/order.ts`, "import '../retry/policy.ts';", "import type {} from '@middy/core';", "import '../observability/sink.ts';"),
  ...refused('resilience-middleware', `${SRC}/resilience/middleware.ts`, "import '../retry/middleware.ts';", "import '@aws-sdk/client-dynamodb';"),
  ...refused(
    'pattern-dynamodb',
    `${SRC}/bulkhead/dynamodb-store.ts`,
    "import './middleware.ts';",
    "import '../config/values.ts';",
    "import '../retry/dynamodb-store.ts';",
    "import '@middy/core';",
  ),
  ...refused(
    'pattern-middleware',
    `${SRC}/circuit-breaker/middleware.ts`,
    "import './dynamodb-store.ts';",
    "import '../retry/policy.ts';",
    "import type {} from '@aws-sdk/client-dynamodb';",
    "import '@aws-lambda-powertools/logger';",
  ),
  ...refused('pattern-wiring', `${SRC}/timeout/create.ts`, "import '../retry/index.ts';", "import './middleware.ts';", "import '../middy/adapter.ts';", "import '@aws-sdk/client-dynamodb';"),
  ...refused('pattern-index', `${SRC}/health/index.ts`, "export { something } from '../retry/index.ts';"),
  ...refused(
    'pattern-logic',
    `${SRC}/circuit-breaker/policy.ts`,
    "import './dynamodb-expressions.ts';",
    "import './middleware.ts';",
    "import './create.ts';",
    "import './index.ts';",
    "import '../retry/policy.ts';",
    "import type {} from '../retry/index.ts';",
    "export type Borrowed = import('../rate-limit/options.ts').Options;",
    "export const lazy = () => import('../timeout/policy.ts');",
    "import '../dynamodb/client.ts';",
    "import '../operator/text.ts';",
    "import '../middy/adapter.ts';",
    "import '../config/values.ts';",
    "import '@aws-sdk/client-dynamodb';",
    "import type {} from '@aws-sdk/lib-dynamodb';",
    "import type {} from '@middy/core';",
    "import 'node:timers';",
    "import type {} from 'aws-lambda';",
    "import '../../../lib/table.ts';",
    "import '../../../demo/app.ts';",
    "import '../../../local/server.ts';",
    "import '../../../test/double.ts';",
  ),
  ...refused('pattern-logic', `${SRC}/a-pattern-of-tomorrow/state.ts`, "import '../retry/policy.ts';"),
  ...refused('observability', `${SRC}/observability/metrics-sink.ts`, "import '../retry/events.ts';", "import '@middy/core';", "import '../middy/adapter.ts';"),
  ...refused('observability-middleware', `${SRC}/observability/middleware.ts`, "import '../retry/index.ts';"),
  ...refused('runtime-index', `${SRC}/index.ts`, "export { ManualClock } from './testing/index.ts';", "export { runOperator } from './operator/run.ts';", "export { dynamic } from './dynamic/index.ts';", "import '@middy/core';"),
  ...refused(
    'constructs',
    'lib/function.ts',
    "import '../runtime/src/core/clock';",
    "import '../demo/app';",
    "import 'node:path';",
    "import '@aws-sdk/client-dynamodb';",
    "import type {} from '@middy/core';",
  ),
  ...refused('testing-is-for-tests', 'demo/handler.ts', "import '../runtime/src/testing/index.ts';", "import 'resilient-lambda-runtime/testing';"),
  ...refused('testing-is-for-tests', 'local/run.ts', "import type {} from '../runtime/src/testing/index.ts';"),
];

/** Imports that the layering is made for. */
export const ALLOWED: readonly ImportCase[] = [
  ...allowed(`${SRC}/core/gate.ts`, "import './outcome.ts';"),
  ...allowed(`${SRC}/core/log-lines.ts`, "import '../contract/contract.ts';"),
  ...allowed(`${SRC}/config/configuration.ts`, "import '../core/errors.ts';", "import '../contract/contract.ts';"),
  ...allowed(`${SRC}/dynamodb/state-client.ts`, "import '@aws-sdk/client-dynamodb';", "import 'node:https';", "import '../core/errors.ts';"),
  ...allowed(`${SRC}/middy/ledger.ts`, "import type {} from '@middy/core';", "import type {} from 'aws-lambda';", "import '../core/errors.ts';"),
  ...allowed(`${SRC}/testing/index.ts`, "export { Store } from '../retry/memory-store.ts';", "import '../core/clock.ts';"),
  ...allowed(`${SRC}/http-client/client.ts`, "import '../retry/index.ts';", "import '../core/errors.ts';"),
  ...allowed(
    `${SRC}/operator/list.ts`,
    "import '../retry/index.ts';",
    "import '../circuit-breaker/index.ts';",
    "import '../dynamodb/index.ts';",
    "import '../config/configuration.ts';",
    "import 'node:util';",
  ),
  ...allowed(
    `${SRC}/dynamic/start.ts`,
    "import './appconfig-source.ts';",
    "import '../resilience/create.ts';",
    "import '../retry/index.ts';",
    "import '../config/configuration.ts';",
    "import type {} from '@middy/core';",
  ),
  ...allowed(`${SRC}/http-client/cloud-map-client.ts`, "import './cloud-map-discovery.ts';", "import '../dynamodb/errors.ts';", "import '@aws-sdk/client-servicediscovery';"),
  ...allowed(`${SRC}/dynamic/appconfig-source.ts`, "import './source.ts';", "import '../dynamodb/errors.ts';", "import '@aws-sdk/client-appconfigdata';"),
  ...allowed(`${SRC}/resilience/middleware.ts`, "import '../observability/index.ts';", "import '../config/configuration.ts';", "import '@middy/core';"),
  ...allowed(
    `${SRC}/retry/dynamodb-store.ts`,
    "import './state.ts';",
    "import './dynamodb-expressions.ts';",
    "import '../dynamodb/client.ts';",
    "import '@aws-sdk/lib-dynamodb';",
  ),
  ...allowed(`${SRC}/retry/middleware.ts`, "import './policy.ts';", "import './create.ts';", "import '../middy/adapter.ts';", "import '@middy/core';"),
  ...allowed(
    `${SRC}/retry/create.ts`,
    "import './dynamodb-store.ts';",
    "import '../config/configuration.ts';",
    "import '../dynamodb/client.ts';",
  ),
  ...allowed(`${SRC}/retry/index.ts`, "export { create } from './create.ts';", "export { middleware } from './middleware.ts';"),
  ...allowed(`${SRC}/retry/policy.ts`, "import './options.ts';", "import '../core/clock.ts';", "import '../contract/contract.ts';"),
  ...allowed(`${SRC}/observability/middleware.ts`, "import './metrics-sink.ts';", "import '@aws-lambda-powertools/logger';", "import '@middy/core';"),
  ...allowed(`${SRC}/observability/metrics-sink.ts`, "import '@aws-lambda-powertools/metrics';", "import '../core/errors.ts';"),
  ...allowed(`${SRC}/index.ts`, "export { create } from './retry/index.ts';", "export { Clock } from './core/clock.ts';"),
  ...allowed('lib/function.ts', "import { Stack } from 'aws-cdk-lib';", "import 'aws-cdk-lib/aws-lambda';", "import 'constructs';", "import './private/contract';"),
  ...allowed('demo/app.ts', "import '../lib/function.ts';"),
  ...allowed('local/run.ts', "import '@aws-sdk/client-dynamodb';", "import '../runtime/src/index.ts';"),
];

/** The specifier of an import statement. */
export const specifierOf = (statement: string): string => /'([^']+)'/.exec(statement)?.[1] ?? '';
