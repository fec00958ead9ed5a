/** A handler that is bundled, and what stands around it. */
export interface BundledHandler {
  readonly title: string;
  readonly code: string;
}

const ANSWER = "async () => ({ statusCode: 200, body: 'ok' })";
const RUNTIME = "from 'resilient-lambda-runtime'";

/** A handler behind middlewares of the runtime, one after the other. */
function behind(title: string, names: string, chain: readonly string[], before = ''): BundledHandler {
  const uses = chain.map((use) => `.use(${use})`).join('');
  return { title, code: `import { ${names} } ${RUNTIME};\n${before}export const handler = middy()${uses}.handler(${ANSWER});\n` };
}

const CIRCUIT = "circuitBreaker({ name: 'payments' })";
const LIMIT = "rateLimit({ name: 'api' })";
const BULKHEAD = "bulkhead({ name: 'reports' })";
const SHEDDING = 'loadShedding()';
const HEALTH = 'healthCheck(createHealth({ checks: [] }))';
const TRACER = "import { Tracer } from '@aws-lambda-powertools/tracer';\n";

/** What a function is told and given; see the contract. */
export const BUNDLE_ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-west-1',
  RESILIENCE_CONFIG: JSON.stringify({ version: 1, circuits: { payments: {} }, limits: { api: { limits: [{ limit: 100, periodMs: 1000 }] } }, bulkheads: { reports: {} } }),
  RESILIENCE_CIRCUIT_TABLE: 'circuits',
  RESILIENCE_RATE_LIMIT_TABLE: 'limits',
  RESILIENCE_BULKHEAD_TABLE: 'bulkheads',
};

/** The handlers, from the smallest to the largest. */
export const BUNDLED_HANDLERS: readonly BundledHandler[] = [
  { title: 'Middy alone', code: `import middy from '@middy/core';\nexport const handler = middy().handler(${ANSWER});\n` },
  behind('health alone', 'createHealth, healthCheck, middy', [HEALTH]),
  behind('load shedding alone', 'loadShedding, middy', [SHEDDING]),
  behind('a circuit', 'circuitBreaker, middy', [CIRCUIT]),
  behind('a rate limit', 'middy, rateLimit', [LIMIT]),
  behind('a bulkhead', 'bulkhead, middy', [BULKHEAD]),
  behind('a circuit and a rate limit', 'circuitBreaker, middy, rateLimit', [LIMIT, CIRCUIT]),
  behind('the same, and health', 'circuitBreaker, createHealth, healthCheck, middy, rateLimit', [HEALTH, LIMIT, CIRCUIT]),
  behind('the same, and observability', 'circuitBreaker, createHealth, healthCheck, middy, observability, rateLimit', [
    'observability()',
    HEALTH,
    LIMIT,
    CIRCUIT,
  ]),
  behind('`resilience()`, which is all of them', 'middy, resilience', ['resilience()']),
  behind('`resilience()` and the Tracer of Powertools', 'middy, resilience', ['resilience({}, { tracer: new Tracer() })'], TRACER),
];
