/** A GET of a path as each kind of HTTP event tells it. */
export const EVENTS: readonly [kind: string, eventOf: (path: string, method?: string, headers?: Record<string, string>, query?: Record<string, string>) => object][] = [
  [
    'API Gateway REST',
    (path, method = 'GET', headers = {}, query) => ({
      httpMethod: method,
      path,
      resource: '/{proxy+}',
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      queryStringParameters: query ?? null,
      requestContext: { stage: 'prod', path: `/prod${path}`, httpMethod: method },
    }),
  ],
  [
    'API Gateway HTTP',
    (path, method = 'GET', headers = {}, query) => ({
      version: '2.0',
      routeKey: '$default',
      rawPath: path,
      headers,
      ...(query && { queryStringParameters: query }),
      requestContext: { stage: '$default', http: { method, path } },
    }),
  ],
  [
    'API Gateway HTTP with a stage',
    (path, method = 'GET', headers = {}, query) => ({
      version: '2.0',
      rawPath: `/prod${path}`,
      headers,
      ...(query && { queryStringParameters: query }),
      requestContext: { stage: 'prod', http: { method, path: `/prod${path}` } },
    }),
  ],
  [
    'a function URL',
    (path, method = 'GET', headers = {}, query) => ({
      version: '2.0',
      rawPath: path,
      headers,
      ...(query && { queryStringParameters: query }),
      requestContext: { stage: '$default', domainName: 'x.lambda-url.eu-west-1.on.aws', http: { method, path } },
    }),
  ],
  [
    'an ALB',
    (path, method = 'GET', headers = {}, query = {}) => ({ httpMethod: method, path, headers, queryStringParameters: query, requestContext: { elb: { targetGroupArn: 'arn' } } }),
  ],
  [
    'an ALB with multi-value headers',
    (path, method = 'GET', headers = {}, query = {}) => ({
      httpMethod: method,
      path,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      multiValueQueryStringParameters: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
      requestContext: { elb: { targetGroupArn: 'arn' } },
    }),
  ],
  [
    'VPC Lattice, version 1',
    (path, method = 'GET', headers = {}, query = {}) => ({
      raw_path: `${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query).toString()}` : ''}`,
      method,
      headers,
      query_string_parameters: query,
      body: '',
      is_base64_encoded: false,
    }),
  ],
  [
    'VPC Lattice, version 2',
    (path, method = 'GET', headers = {}, query = {}) => ({
      version: '2.0',
      path: `${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query).toString()}` : ''}`,
      method,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      queryStringParameters: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
      requestContext: { serviceNetworkArn: 'arn', serviceArn: 'arn' },
    }),
  ],
];

/** A request of a function URL. */
export const urlRequest = EVENTS[3]![1];
