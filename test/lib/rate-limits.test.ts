import { Aws, CfnParameter, Duration, Fn, Lazy, Token, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RateLimitKeyPart, RateLimitStoreFailure, RateLimitStrategy, ResilientFunction, type RateLimitOptions } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CONFIGURATION, INLINE, configurationOf, messageOf, newStack, onlyResource } from './support';

const ALL_OPTIONS = ['limits', 'tenantLimits', 'userLimits', 'by', ...Object.keys(CONTRACT.configuration.rateLimit)].join(', ');
const KEY_PARTS = CONTRACT.configuration.limitKeyParts.join(', ');
const RULE = { limit: 100, period: Duration.minutes(1) };
const LIMITS = { limits: [RULE] };

/** Declares rate limits as a caller without a compiler would. */
function declare(rateLimits: unknown, stack: Stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, rateLimits: rateLimits as Record<string, RateLimitOptions> });
}

/** The problems found, without the heading. */
function problemsOf(rateLimits: unknown): string[] {
  const [heading, ...problems] = messageOf(() => declare(rateLimits)).split('\n- ');
  expect(heading).toBe(`the configuration of Stack/Fn has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`);
  return problems;
}

const withOptions = (options: object) => problemsOf({ api: { ...LIMITS, ...options } });

/** The text of the configuration as the template holds it. */
function renderedText(stack: Stack): unknown {
  const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
  return (Environment as { Variables: Record<string, unknown> }).Variables[CONFIGURATION];
}

describe('configuration', () => {
  test('holds what was declared and nothing else, without a section for circuits', () => {
    const stack = newStack();
    declare({ api: { limits: [RULE, { limit: 5, period: Duration.seconds(1), burst: 10 }], by: [RateLimitKeyPart.TENANT] } }, stack);
    expect(renderedText(stack)).toBe(
      '{"version":1,"limits":{"api":{"limits":[{"limit":100,"periodMs":60000},{"limit":5,"periodMs":1000,"burst":10}],"by":["tenant"]}}}',
    );
  });

  test('holds circuits and rate limits side by side; they may have the same names', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { api: {} }, rateLimits: { api: LIMITS } });
    expect(configurationOf(stack)).toEqual({ version: 1, circuits: { api: {} }, limits: { api: { limits: [{ limit: 100, periodMs: 60_000 }] } } });
  });

  test('renders every option of the contract, whatever the order in which they are written', () => {
    const stack = newStack();
    const all: RateLimitOptions = {
      maxShards: 8,
      maxKeys: 10,
      clockSkew: Duration.millis(20),
      maxWait: Duration.seconds(1),
      maxLease: Duration.millis(0),
      warnAt: 0.8,
      skipFailed: true,
      skipSuccessful: true,
      dryRun: true,
      onStoreFailure: RateLimitStoreFailure.DENY,
      hashKeys: true,
      strategy: RateLimitStrategy.SLIDING_WINDOW,
      inbound: true,
      shared: false,
      enabled: true,
      by: [RateLimitKeyPart.TENANT, RateLimitKeyPart.USER],
      userLimits: { ann: [{ period: Duration.millis(5), limit: 1 }] },
      tenantLimits: { acme: [{ limit: 1000, period: Duration.hours(1) }], 'a.b/c': [RULE] },
      limits: [RULE],
    };
    declare({ api: all }, stack);
    const { api } = (configurationOf(stack) as { limits: { api: Record<string, unknown> } }).limits;
    const rules: [string, { type: string }][] = Object.entries(CONTRACT.configuration.rateLimit);
    const keys = rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name));
    expect(Object.keys(api)).toEqual(['limits', 'tenantLimits', 'userLimits', 'by', ...keys]);
    expect(api).toMatchObject({
      tenantLimits: { acme: [{ limit: 1000, periodMs: 3_600_000 }], 'a.b/c': [{ limit: 100, periodMs: 60_000 }] },
      userLimits: { ann: [{ limit: 1, periodMs: 5 }] },
      by: ['tenant', 'user'],
      strategy: 'sliding-window',
      onStoreFailure: 'deny',
      maxLeaseMs: 0,
      clockSkewMs: 20,
    });
  });

  test('leaves out options that are undefined', () => {
    const stack = newStack();
    declare({ api: { ...LIMITS, by: undefined, tenantLimits: undefined, maxWait: undefined } }, stack);
    expect(configurationOf(stack)).toEqual({ version: 1, limits: { api: { limits: [{ limit: 100, periodMs: 60_000 }] } } });
  });

  test('an array that is changed later changes nothing', () => {
    const stack = newStack();
    const by = [RateLimitKeyPart.IP];
    const limits = [RULE];
    declare({ api: { limits, by } }, stack);
    by.push(RateLimitKeyPart.IP);
    limits.push(RULE);
    expect(configurationOf(stack)).toMatchObject({ limits: { api: { limits: [{ limit: 100 }], by: ['ip'] } } });
  });
});

describe('values of options', () => {
  test.each<[string, unknown, string]>([
    ['strategy', 'gcra', 'is "gcra": use one of token-bucket, sliding-window, fixed-window'],
    ['strategy', 'TOKEN_BUCKET', 'is "TOKEN_BUCKET": use one of token-bucket, sliding-window, fixed-window'],
    ['strategy', 1, 'is 1: use one of token-bucket, sliding-window, fixed-window'],
    ['onStoreFailure', null, 'is null: use one of local, allow, deny'],
    ['onStoreFailure', ['deny'], 'is an array: use one of local, allow, deny'],
    ['dryRun', 'yes', 'is "yes": set true or false'],
    ['warnAt', 1.5, 'is 1.5: set a number from 0 to 1'],
    ['maxWait', 100, 'is 100: set a Duration of a whole number of milliseconds from 0 to 900000'],
    ['maxShards', 128, 'is 128: set a whole number from 1 to 64'],
    ['maxShards', 0, 'is 0: set a whole number from 1 to 64'],
    ['maxShards', 12, 'is 12: set a power of two, because parts are split in two'],
    ['maxWaitMs', 5, `is not an option: use one of ${ALL_OPTIONS}`],
    ['limit', 5, `is not an option: use one of ${ALL_OPTIONS}`],
    ['by', 'tenant', `is "tenant": set a list of ${KEY_PARTS}`],
    ['by', ['country'], `holds "country": list each of ${KEY_PARTS} at most once`],
    ['by', ['ip', 'ip'], `holds "ip": list each of ${KEY_PARTS} at most once`],
    ['tenantLimits', [], 'is an array: set an object of lists of limits'],
    ['userLimits', null, 'is null: set an object of lists of limits'],
    ['limits', null, 'is null: set a list of { limit, period }'],
    ['limits', RULE, 'is an object: set a list of { limit, period }'],
    ['limits', [], 'has 0 entries: set 1 to 4 limits'],
    ['limits', undefined, 'is missing: set at least one { limit, period }'],
  ])('%s: %p', (option, value, problem) => {
    expect(withOptions({ [option]: value })).toEqual([`rateLimits.api.${option} ${problem}`]);
  });

  test.each(CONTRACT.configuration.rateLimit.strategy.values)('the strategy %p is allowed, as text too', (strategy) => {
    expect(() => declare({ api: { ...LIMITS, strategy } })).not.toThrow();
  });

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [true, 'true'],
    [[RULE], 'an array'],
  ])('options that are no object: %p', (options, shown) => {
    expect(problemsOf({ api: options })).toEqual([`rateLimits.api is ${shown}: set an object of options with limits`]);
  });

  test('rate limits that are no object', () => {
    expect(problemsOf(['api'])).toEqual(['rateLimits is an array: set an object of options by rate limit name']);
    expect(problemsOf(null)).toEqual(['rateLimits is null: set an object of options by rate limit name']);
  });
});

describe('limits', () => {
  test.each<[string, unknown, string[]]>([
    ['no object', 5, [' is 5: set { limit, period }']],
    ['empty', {}, ['.limit is missing: set a number of tokens', '.period is missing: set a Duration']],
    ['a limit of 0', { ...RULE, limit: 0 }, ['.limit is 0: set a whole number from 1 to 1000000000']],
    ['half a token', { ...RULE, limit: 1.5 }, ['.limit is 1.5: set a whole number from 1 to 1000000000']],
    ['a period in milliseconds', { limit: 1, period: 1000 }, ['.period is 1000: set a Duration of a whole number of milliseconds from 1 to 2678400000']],
    ['a period of 0', { limit: 1, period: Duration.millis(0) }, ['.period is 0 ms: set a whole number of milliseconds from 1 to 2678400000']],
    ['a period of 32 days', { limit: 1, period: Duration.days(32) }, ['.period is 2764800000 ms: set a whole number of milliseconds from 1 to 2678400000']],
    ['a burst of 0', { ...RULE, burst: 0 }, ['.burst is 0: set a whole number from 1 to 1000000000']],
    ['the key of the document', { ...RULE, periodMs: 1 }, ['.periodMs is not an option: use one of limit, period, burst']],
  ])('%s', (_what, rule, problems) => {
    expect(withOptions({ limits: [rule] })).toEqual(problems.map((problem) => `rateLimits.api.limits[0]${problem}`));
    expect(withOptions({ tenantLimits: { acme: [rule] } })).toEqual(problems.map((problem) => `rateLimits.api.tenantLimits.acme[0]${problem}`));
    expect(withOptions({ userLimits: { ann: [rule] } })).toEqual(problems.map((problem) => `rateLimits.api.userLimits.ann[0]${problem}`));
  });

  test('31 days are allowed', () => {
    expect(() => declare({ api: { limits: [{ limit: 1, period: Duration.days(31) }] } })).not.toThrow();
  });

  test('4 of a key are allowed, 5 are not', () => {
    const limits = (count: number) => Array.from({ length: count }, (_, index) => ({ limit: 1, period: Duration.seconds(index + 1) }));
    expect(() => declare({ api: { limits: limits(4) } })).not.toThrow();
    expect(withOptions({ limits: limits(5) })).toEqual(['rateLimits.api.limits has 5 entries: set 1 to 4 limits']);
  });

  test('two of one period, however it is written', () => {
    expect(withOptions({ limits: [RULE, { limit: 5, period: Duration.seconds(60) }] })).toEqual([
      'rateLimits.api.limits[1].period is that of another limit: keep the smaller one of the two',
    ]);
  });

  test.each(['sliding-window', 'fixed-window'])('a %s has no burst', (strategy) => {
    const limits = [{ ...RULE, burst: 5 }];
    expect(withOptions({ limits, strategy })).toEqual(['rateLimits.api.limits[0].burst is 5: leave it out, only a token bucket has a burst']);
    expect(() => declare({ api: { limits, strategy: 'token-bucket' } })).not.toThrow();
  });
});

describe('limits of single callers', () => {
  const REMEDY = 'so that they do not share a key, or leave it out and make the keys in the code';

  test('are refused beside a key that does not tell these callers apart', () => {
    const own = { tenantLimits: { acme: [RULE] }, userLimits: { ann: [RULE] } };
    expect(withOptions({ ...own, by: ['ip', 'path'] })).toEqual([
      `rateLimits.api.by is ip, path, although rateLimits.api.tenantLimits gives single tenants limits of their own: add tenant to it, ${REMEDY}`,
      `rateLimits.api.by is ip, path, although rateLimits.api.userLimits gives single users limits of their own: add user to it, ${REMEDY}`,
    ]);
    expect(withOptions({ ...own, by: ['tenant'] })).toEqual([
      `rateLimits.api.by is tenant, although rateLimits.api.userLimits gives single users limits of their own: add user to it, ${REMEDY}`,
    ]);
    expect(withOptions({ tenantLimits: own.tenantLimits, by: [] })).toEqual([expect.stringContaining('by is an empty list')]);
  });

  test.each<[string, object]>([
    ['beside a key that does', { tenantLimits: { acme: [RULE] }, userLimits: { ann: [RULE] }, by: ['user', 'tenant', 'path'] }],
    ['where the code may make the keys', { tenantLimits: { acme: [RULE] } }],
    ['where there are none', { tenantLimits: {}, userLimits: undefined, by: ['ip'] }],
  ])('are allowed %s', (_where, options) => {
    expect(() => declare({ api: { ...LIMITS, ...options } })).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['a token for a key', Lazy.list({ produce: () => ['ip'] }), 'by is a token: set a list of'],
    ['a token in a key', [Lazy.string({ produce: () => 'tenant' })], 'by holds'],
    ['a key of something unknown', 'ip', 'by is "ip": set a list of'],
  ])('say nothing more about %s, which is refused by itself', (_what, by, problem) => {
    expect(withOptions({ tenantLimits: { acme: [RULE] }, by })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('names', () => {
  test('are those that circuits may have', () => {
    const rule = CONTRACT.configuration.name.rule;
    expect(problemsOf({ 'a b': LIMITS })).toEqual([`rateLimits.a b has the name "a b": use ${rule}`]);
    expect(problemsOf({ [Aws.REGION]: LIMITS })).toEqual(['rateLimits has a token for a name: use a name that is known at synthesis']);
    expect(problemsOf({ api: LIMITS, API: LIMITS })).toEqual(['rateLimits.API differs from rateLimits.api only in letter case: choose another name']);
  });

  test('50 are allowed, 51 are not', () => {
    const few = { limits: [{ limit: 1, period: Duration.millis(1) }] };
    const rateLimits = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`l${index}`, few]));
    const fn = declare(rateLimits);
    const problem = 'rateLimits has 51 entries: declare at most 50';
    expect(problemsOf({ ...rateLimits, extra: few })).toEqual([problem]);
    expect(messageOf(() => fn.addRateLimit('extra', few))).toContain(problem);
  });
});

describe('addRateLimit', () => {
  test('adds to the configuration', () => {
    const stack = newStack();
    const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } });
    expect(fn.addRateLimit('api', LIMITS).addCircuit('search')).toBe(fn);
    expect(configurationOf(stack)).toEqual({
      version: 1,
      circuits: { payments: {}, search: {} },
      limits: { api: { limits: [{ limit: 100, periodMs: 60_000 }] } },
    });
  });

  test('refuses what is declared already and what cannot be used, which leaves no trace', () => {
    const stack = newStack();
    const fn = declare({ api: LIMITS }, stack);
    expect(messageOf(() => fn.addRateLimit('api', LIMITS))).toContain('rateLimits.api is declared already: declare each rate limit once');
    expect(messageOf(() => fn.addRateLimit('other', { limits: [] }))).toContain('rateLimits.other.limits has 0 entries');
    expect(messageOf(() => fn.addRateLimit('other', undefined as never))).toContain('rateLimits.other is undefined: set an object of options with limits');
    expect(configurationOf(stack)).toEqual({ version: 1, limits: { api: { limits: [{ limit: 100, periodMs: 60_000 }] } } });
  });
});

describe('all of them', () => {
  test('problems of circuits and rate limits are in one error', () => {
    const rateLimits = { api: { limits: [{ limit: 0, period: RULE.period }], by: [1], typo: 1 }, 'a b': LIMITS } as unknown as Record<string, RateLimitOptions>;
    const make = () => new ResilientFunction(newStack(), 'Fn', { ...INLINE, circuits: { payments: { failureThreshold: 0 } }, rateLimits });
    const [heading, ...problems] = messageOf(make).split('\n- ');
    expect(heading).toBe('the configuration of Stack/Fn has 5 problems:');
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'circuits.payments.failureThreshold',
      'rateLimits.api.typo',
      'rateLimits.api.limits[0].limit',
      'rateLimits.api.by',
      'rateLimits.a',
    ]);
  });

  const crowd = (limit: number) => Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`tenant-${index}-${'x'.repeat(20)}`, [{ limit, period: RULE.period }]]));

  test('the size counts over circuits and rate limits', () => {
    const half = { limits: [RULE], tenantLimits: crowd(1) };
    const circuits = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`circuit-${index}-${'x'.repeat(20)}`, { failureThreshold: 7 }]));
    const make = (props: object) => new ResilientFunction(newStack(), 'Fn', { ...INLINE, ...props });
    expect(() => make({ circuits })).not.toThrow();
    expect(() => make({ rateLimits: { api: half } })).not.toThrow();
    expect(messageOf(() => make({ circuits, rateLimits: { api: half } }))).toMatch(/- the configuration takes \d{4} bytes: keep it to 3072, /);
    expect(messageOf(() => make({ circuits }).addRateLimit('api', half))).toContain('the configuration takes');
  });

  test('with tokens deep within, the size is not known, so there is one warning instead', () => {
    const stack = newStack();
    const token = Token.asNumber(Fn.ref('AWS::NoValue'));
    const fn = declare({ api: { limits: [RULE], tenantLimits: crowd(token) } }, stack);
    fn.addRateLimit('other', LIMITS);
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('the configuration takes'))).toHaveLength(1);
  });
});

describe('tokens', () => {
  test('numbers, durations and texts from parameters reach the document', () => {
    const stack = newStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' });
    const text = new CfnParameter(stack, 'Text');
    const limits = [{ limit: number.valueAsNumber, period: Duration.millis(number.valueAsNumber), burst: number.valueAsNumber }];
    declare({ api: { limits, strategy: text.valueAsString, maxShards: number.valueAsNumber } }, stack);
    expect(stack.resolve(renderedText(stack))).toEqual({
      'Fn::Join': [
        '',
        [
          '{"version":1,"limits":{"api":{"limits":[{"limit":',
          { Ref: 'Number' },
          ',"periodMs":',
          { Ref: 'Number' },
          ',"burst":',
          { Ref: 'Number' },
          '}],"strategy":"',
          { Ref: 'Text' },
          '","maxShards":',
          { Ref: 'Number' },
          '}}}',
        ],
      ],
    });
  });

  test('lazy values are filled in', () => {
    const stack = newStack();
    const limits = [{ limit: Lazy.number({ produce: () => 9 }), period: RULE.period }];
    declare({ api: { limits, dryRun: Lazy.any({ produce: () => true }), onStoreFailure: Lazy.any({ produce: () => 'deny' }) } }, stack);
    expect(configurationOf(stack)).toEqual({
      version: 1,
      limits: { api: { limits: [{ limit: 9, periodMs: 60_000 }], onStoreFailure: 'deny', dryRun: true } },
    });
  });

  test('one period given twice as a token is given twice', () => {
    const period = Duration.millis(Token.asNumber(Fn.ref('X')));
    expect(withOptions({ limits: [{ limit: 1, period }, { limit: 2, period }] })).toEqual([
      'rateLimits.api.limits[1].period is that of another limit: keep the smaller one of the two',
    ]);
  });

  test('a period in another unit cannot become milliseconds', () => {
    const period = Duration.seconds(Token.asNumber(Fn.ref('X')));
    expect(withOptions({ limits: [{ limit: 1, period }] })).toEqual([
      'rateLimits.api.limits[0].period is a token in seconds: only Duration.millis() can hold a token here',
    ]);
  });

  test.each<[string, unknown, string]>([
    ['limits', Lazy.any({ produce: () => [RULE] }), ' is a token: set a list of { limit, period }'],
    ['limits', Token.asList(Fn.ref('X')), ' is a token: set a list of { limit, period }'],
    ['limits', [Lazy.any({ produce: () => RULE })], '[0] is a token: set { limit, period }'],
    ['tenantLimits', Lazy.any({ produce: () => ({}) }), ' is a token: set an object of lists of limits'],
    ['userLimits', { [Aws.REGION]: [RULE] }, ' has a token for a name: use names that are known at synthesis'],
    ['by', Token.asList(Fn.ref('X')), ` is a token: set a list of ${KEY_PARTS}`],
  ])('what gives the document its shape has to be known at synthesis: %s %p', (option, value, problem) => {
    expect(withOptions({ [option]: value })).toEqual([`rateLimits.api.${option}${problem}`]);
  });
});
