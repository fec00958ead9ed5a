import type { EventKind } from '../../../runtime/src/middy/event-source.ts';

/** One event of a source, as it arrives, and what is known of it. */
export interface EventFixture {
  readonly source: string;
  readonly kind: EventKind;
  readonly operation: string;
  readonly event: unknown;
}

/** What the fixtures carry in places where callers write; none of it may name an operation. */
export const CALLERS_OWN = 'written-by-the-caller';

const FORGED = {
  'X-Tenant-Id': CALLERS_OWN,
  'x-tenant': CALLERS_OWN,
  tenant: CALLERS_OWN,
  'X-User-Id': CALLERS_OWN,
  'x-amzn-trace-id': `Root=1-5759e988-bd862e3fe1be46a994272793;Self=${CALLERS_OWN}`,
  'Content-Type': 'application/json',
};
const BODY = JSON.stringify({ tenantId: CALLERS_OWN, operation: CALLERS_OWN });
const PATH = `/orders/${CALLERS_OWN}`;
const QUERY = { tenant: CALLERS_OWN };
const REGION = 'eu-central-1:111122223333';

const record = (eventSource: string, more: object) => ({ eventSource, awsRegion: 'eu-central-1', eventVersion: '1.0', ...more });

const REST = {
  resource: '/orders/{id}',
  path: PATH,
  httpMethod: 'GET',
  headers: FORGED,
  multiValueHeaders: Object.fromEntries(Object.entries(FORGED).map(([name, value]) => [name, [value]])),
  queryStringParameters: QUERY,
  pathParameters: { id: CALLERS_OWN },
  requestContext: { resourcePath: '/orders/{id}', httpMethod: 'GET', stage: 'prod', requestId: 'r-1', identity: { sourceIp: '203.0.113.7', userAgent: CALLERS_OWN } },
  body: BODY,
  isBase64Encoded: false,
};
const HTTP_API = {
  version: '2.0',
  routeKey: 'GET /orders/{id}',
  rawPath: PATH,
  rawQueryString: `tenant=${CALLERS_OWN}`,
  headers: FORGED,
  queryStringParameters: QUERY,
  requestContext: {
    apiId: 'a1',
    routeKey: 'GET /orders/{id}',
    http: { method: 'GET', path: PATH, protocol: 'HTTP/1.1', sourceIp: '203.0.113.8', userAgent: CALLERS_OWN },
  },
  body: BODY,
  isBase64Encoded: false,
};
const ALB = {
  requestContext: { elb: { targetGroupArn: `arn:aws:elasticloadbalancing:${REGION}:targetgroup/orders/1` } },
  httpMethod: 'GET',
  path: PATH,
  headers: { ...FORGED, 'x-forwarded-for': '198.51.100.9, 203.0.113.9' },
  queryStringParameters: QUERY,
  body: BODY,
  isBase64Encoded: false,
};
const SQS_RECORD = record('aws:sqs', {
  messageId: 'm-1',
  body: BODY,
  attributes: { SenderId: CALLERS_OWN, ApproximateReceiveCount: '1' },
  messageAttributes: { tenant: { stringValue: CALLERS_OWN, dataType: 'String' } },
  eventSourceARN: `arn:aws:sqs:${REGION}:orders.fifo`,
});
const EVENT = { version: '0', id: 'e-1', account: '111122223333', time: '2026-01-01T00:00:00Z', region: 'eu-central-1' };
const RESOLVER = {
  arguments: { id: CALLERS_OWN },
  identity: null,
  source: null,
  request: { headers: FORGED },
  prev: null,
  info: { selectionSetList: ['id'], parentTypeName: 'Query', fieldName: 'order', variables: { id: CALLERS_OWN } },
};

const REQUESTS: readonly EventFixture[] = [
  { source: 'a REST API', kind: 'http', operation: 'GET /orders/{id}', event: REST },
  { source: 'a greedy path of a REST API', kind: 'http', operation: 'ANY /{proxy+}', event: { ...HTTP_API, routeKey: 'ANY /{proxy+}' } },
  { source: 'an HTTP API', kind: 'http', operation: 'GET /orders/{id}', event: HTTP_API },
  { source: 'a function URL', kind: 'http', operation: 'GET', event: { ...HTTP_API, routeKey: '$default' } },
  {
    source: 'a function URL with a method that nobody knows',
    kind: 'http',
    operation: 'OTHER',
    event: { ...HTTP_API, routeKey: '$default', requestContext: { http: { method: CALLERS_OWN } } },
  },
  { source: 'an ALB', kind: 'http', operation: 'GET', event: ALB },
  { source: 'VPC Lattice 1', kind: 'http', operation: 'PUT', event: { raw_path: `${PATH}?a=1`, method: 'PUT', headers: FORGED, body: BODY } },
  {
    source: 'VPC Lattice 2',
    kind: 'http',
    operation: 'POST',
    event: {
      version: '2.0',
      path: PATH,
      method: 'POST',
      headers: Object.fromEntries(Object.entries(FORGED).map(([name, value]) => [name, [value]])),
      requestContext: { serviceNetworkArn: 'arn', identity: { sourceVpcArn: 'arn' } },
    },
  },
  {
    source: 'a WebSocket API',
    kind: 'websocket',
    operation: 'websocket $connect',
    event: { headers: FORGED, requestContext: { routeKey: '$connect', eventType: 'CONNECT', connectionId: CALLERS_OWN } },
  },
  { source: 'an authorizer', kind: 'authorizer', operation: 'authorizer', event: { ...REST, type: 'REQUEST', methodArn: `arn:aws:execute-api:${REGION}:a1/prod/GET${PATH}` } },
  { source: 'an AppSync resolver', kind: 'appsync', operation: 'Query.order', event: RESOLVER },
  { source: 'a batching AppSync resolver', kind: 'appsync', operation: 'Query.order', event: [RESOLVER, RESOLVER] },
  {
    source: 'Cognito',
    kind: 'cognito',
    operation: 'cognito PreSignUp_SignUp',
    event: { version: '1', triggerSource: 'PreSignUp_SignUp', userPoolId: 'eu-central-1_1', userName: CALLERS_OWN, request: { userAttributes: { email: CALLERS_OWN } }, response: {} },
  },
];

const BATCHES: readonly EventFixture[] = [
  { source: 'SQS', kind: 'sqs', operation: 'sqs orders.fifo', event: { Records: [SQS_RECORD, SQS_RECORD] } },
  { source: 'SQS through a pipe', kind: 'sqs', operation: 'sqs orders.fifo', event: [SQS_RECORD] },
  {
    source: 'SNS',
    kind: 'sns',
    operation: 'sns orders',
    event: { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: { TopicArn: `arn:aws:sns:${REGION}:orders`, Subject: CALLERS_OWN, Message: BODY } }] },
  },
  {
    source: 'S3',
    kind: 's3',
    operation: 's3 uploads ObjectCreated:Put',
    event: { Records: [record('aws:s3', { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'uploads' }, object: { key: CALLERS_OWN, size: 1 } } })] },
  },
  {
    source: 'a DynamoDB stream',
    kind: 'dynamodb',
    operation: 'dynamodb orders',
    event: {
      Records: [record('aws:dynamodb', { eventName: 'INSERT', dynamodb: { Keys: { id: { S: CALLERS_OWN } } }, eventSourceARN: `arn:aws:dynamodb:${REGION}:table/orders/stream/2026` })],
    },
  },
  {
    source: 'Kinesis',
    kind: 'kinesis',
    operation: 'kinesis clicks',
    event: { Records: [record('aws:kinesis', { kinesis: { partitionKey: CALLERS_OWN, data: 'e30=' }, eventSourceARN: `arn:aws:kinesis:${REGION}:stream/clicks` })] },
  },
  {
    source: 'Firehose',
    kind: 'firehose',
    operation: 'firehose archive',
    event: { invocationId: 'i-1', deliveryStreamArn: `arn:aws:firehose:${REGION}:deliverystream/archive`, records: [{ recordId: '1', data: 'e30=' }] },
  },
  {
    source: 'MSK',
    kind: 'kafka',
    operation: 'kafka orders',
    event: {
      eventSource: 'aws:kafka',
      eventSourceArn: `arn:aws:kafka:${REGION}:cluster/c/1`,
      records: { 'orders-0': [{ topic: 'orders', partition: 0, key: CALLERS_OWN, value: 'e30=' }, { topic: 'orders' }], 'orders-1': [{ topic: 'orders' }] },
    },
  },
  {
    source: 'ActiveMQ',
    kind: 'mq',
    operation: 'mq orders',
    event: { eventSource: 'aws:mq', eventSourceArn: 'arn', messages: [{ messageID: CALLERS_OWN, data: 'e30=', destination: { physicalName: 'orders' } }] },
  },
  {
    source: 'RabbitMQ',
    kind: 'mq',
    operation: 'mq orders',
    event: { eventSource: 'aws:rmq', eventSourceArn: 'arn', rmqMessagesByQueue: { 'orders::/': [{ basicProperties: { userId: CALLERS_OWN }, data: 'e30=' }] } },
  },
];

const SINGLE: readonly EventFixture[] = [
  {
    source: 'EventBridge',
    kind: 'events',
    operation: 'events shop.orders Order Placed',
    event: { ...EVENT, source: 'shop.orders', 'detail-type': 'Order Placed', resources: [], detail: { id: CALLERS_OWN } },
  },
  {
    source: 'a rule with a schedule',
    kind: 'schedule',
    operation: 'schedule nightly',
    event: { ...EVENT, source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [`arn:aws:events:${REGION}:rule/nightly`], detail: {} },
  },
  {
    source: 'EventBridge Scheduler',
    kind: 'schedule',
    operation: 'schedule nightly',
    event: { ...EVENT, source: 'aws.scheduler', 'detail-type': 'Scheduled Event', resources: [`arn:aws:scheduler:${REGION}:schedule/default/nightly`], detail: '{}' },
  },
  { source: 'a subscription of CloudWatch Logs', kind: 'logs', operation: 'logs', event: { awslogs: { data: 'H4sIAAAAAAAA' } } },
  { source: 'a state machine or a direct invocation', kind: 'other', operation: 'order-worker', event: { operation: CALLERS_OWN, tenantId: CALLERS_OWN, path: PATH } },
  { source: 'a batch of a source not known here', kind: 'other', operation: 'order-worker', event: { Records: [record('aws:ses', { ses: {} })] } },
  { source: 'nothing', kind: 'other', operation: 'order-worker', event: undefined },
];

/** An event of every source. */
export const EVENT_FIXTURES: readonly EventFixture[] = [...REQUESTS, ...BATCHES, ...SINGLE];

/** The context that the fixtures are invoked with. */
export const FIXTURE_CONTEXT = { functionName: 'order-worker', awsRequestId: 'r-1', memoryLimitInMB: '128' };
